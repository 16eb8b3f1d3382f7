// Starts one Postgres for all integration tests, and a Temporal server for each process of jest: task queues belong to
// a server, and each file's workers poll the same ones. From the built service: npm test builds first.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startOnFreePort } from '../../dist/embedded/ports.js';
import { startPostgres } from '../../dist/embedded/postgres.js';
import { findProgram } from '../../dist/embedded/programs.js';
import { startTemporal } from '../../dist/embedded/temporal.js';

const NAMESPACE = 'longplay-test';

export default async function setUp({ maxWorkers }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'longplay-test-'));
  const silent = { info: () => undefined, warn: () => undefined };
  const cached = path.resolve('.cache/bin/temporal');
  const cliPath =
    process.env.TEMPORAL_CLI_PATH ??
    (existsSync(cached) ? cached : findProgram('temporal', process.env.PATH));
  if (cliPath === undefined)
    throw new Error('The integration tests need the Temporal program: run "npm test", which fetches it');
  const postgres = await startOnFreePort([0], ([port]) =>
    startPostgres({ dataFolder: folder, port, log: silent, fsync: false }),
  );
  const startNumbered = (number) =>
    startOnFreePort([0, 0], ([port, uiPort]) =>
      startTemporal({
        ...{ cliPath, dataFolder: path.join(folder, String(number)), namespace: NAMESPACE, port, uiPort },
        ...{ log: silent, synchronous: 'off' },
      }),
    );
  const temporals = await Promise.all(
    Array.from({ length: maxWorkers }, (_, index) => startNumbered(index + 1)),
  );
  process.env.LONGPLAY_TEST_DATABASE_URL = postgres.url;
  for (const [index, { address }] of temporals.entries()) {
    process.env[`LONGPLAY_TEST_TEMPORAL_ADDRESS_${index + 1}`] = address;
  }
  process.env.LONGPLAY_TEST_TEMPORAL_NAMESPACE = NAMESPACE;
  process.env.LONGPLAY_TEST_TEMPORAL_CLI = cliPath;
  globalThis.longplayTestServers = {
    folder,
    services: [...temporals, postgres].map(({ service }) => service),
  };
}
