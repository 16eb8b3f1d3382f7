// Starts one Postgres and one Temporal server for all integration tests, from the built service: npm test builds first.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { choosePort } from '../../dist/embedded/ports.js';
import { startPostgres } from '../../dist/embedded/postgres.js';
import { findProgram } from '../../dist/embedded/programs.js';
import { startTemporal } from '../../dist/embedded/temporal.js';

const NAMESPACE = 'longplay-test';

export default async function setUp() {
  const folder = mkdtempSync(path.join(tmpdir(), 'longplay-test-'));
  const silent = { info: () => undefined, warn: () => undefined };
  const cached = path.resolve('.cache/bin/temporal');
  const cliPath =
    process.env.TEMPORAL_CLI_PATH ??
    (existsSync(cached) ? cached : findProgram('temporal', process.env.PATH));
  if (cliPath === undefined)
    throw new Error('The integration tests need the Temporal program: run "npm test", which fetches it');
  const postgres = await startPostgres({
    dataFolder: folder,
    port: await choosePort(0),
    log: silent,
    fsync: false,
  });
  const temporal = await startTemporal({
    cliPath,
    dataFolder: folder,
    namespace: NAMESPACE,
    port: await choosePort(0),
    uiPort: await choosePort(0),
    log: silent,
    synchronous: 'off',
  });
  process.env.LONGPLAY_TEST_DATABASE_URL = postgres.url;
  process.env.LONGPLAY_TEST_TEMPORAL_ADDRESS = temporal.address;
  process.env.LONGPLAY_TEST_TEMPORAL_NAMESPACE = NAMESPACE;
  process.env.LONGPLAY_TEST_TEMPORAL_CLI = cliPath;
  globalThis.longplayTestServers = { folder, services: [temporal.service, postgres.service] };
}
