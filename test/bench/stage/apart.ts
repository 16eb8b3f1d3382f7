import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { choosePort } from '../../../src/embedded/ports.js';
import { startPostgres } from '../../../src/embedded/postgres.js';
import { findProgram } from '../../../src/embedded/programs.js';
import { startTemporal } from '../../../src/embedded/temporal.js';
import { createDatabase, type Database } from '../../../src/store/database.js';
import type { HttpClient } from '../../../src/cli/http-client.js';
import { startProcess, startService, type StartedProcess } from '../../support/service.js';

const NAMESPACE = 'longplay';
const silent = { info: (): void => undefined, warn: (): void => undefined };

/** The roles as processes of their own, on a Postgres and a Temporal server that none of them owns. */
export interface Apart {
  client: HttpClient;
  db: Database;
  startWorker: (role: 'core' | 'cpu' | 'gpu', own?: Record<string, string>) => Promise<StartedProcess>;
  close: () => Promise<void>;
}

/** `shared`: configuration of all roles beside their servers. */
export async function startApart(shared: Record<string, string> = {}): Promise<Apart> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-bench-apart-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await startInOrder(folder, { undo, shared })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startInOrder(
  folder: string,
  { undo, shared }: { undo: (() => Promise<unknown>)[]; shared: Record<string, string> },
): Promise<Omit<Apart, 'close'>> {
  const postgres = await startPostgres({ dataFolder: folder, port: await choosePort(0), log: silent });
  undo.push(postgres.service.stop);
  const temporal = await startTemporal({
    ...{ cliPath: temporalProgram(), dataFolder: folder, namespace: NAMESPACE, log: silent },
    ...{ port: await choosePort(0), uiPort: await choosePort(0) },
  });
  undo.push(temporal.service.stop);
  const environment = {
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    LONGPLAY_SECRET_KEY: 'of the bench',
    LONGPLAY_SHUTDOWN_GRACE_MS: '200',
    ...shared,
  };
  const api = await startService(path.join(folder, 'api'), { command: ['api'], environment });
  undo.push(api.stop);
  const db = createDatabase({
    ...{ connectionString: postgres.url, maxConnections: 2, applicationName: 'bench' },
  });
  undo.push(() => db.close());
  let workers = 0;
  return {
    client: api.client,
    db,
    startWorker: async (role, own = {}) => {
      workers += 1;
      const started = await startProcess(path.join(folder, `${role}-${workers}`), {
        ...{
          command: ['worker', role],
          environment: { ...environment, ...own },
          ready: /The worker (\S+) is ready/,
        },
      });
      undo.push(started.stop);
      return started;
    },
  };
}

/** As the tests find it: what set-up fetched, else the one on PATH. */
function temporalProgram(): string {
  const cached = path.resolve('.cache/bin/temporal');
  const found =
    process.env['TEMPORAL_CLI_PATH'] ??
    (existsSync(cached) ? cached : findProgram('temporal', process.env['PATH']));
  if (found === undefined)
    throw new Error('Expected the Temporal program: run "npm start" once, which fetches it');
  return found;
}
