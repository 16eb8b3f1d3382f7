import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';

import pg from 'pg';

import { errorCode, Fault } from '../domain/faults.js';
import type { LifelineChild } from '../lifeline.js';
import { endFormer } from './former-process.js';
import { postgresBinaries } from './postgres-binaries.js';
import { initializeCluster } from './postgres-cluster.js';
import { outliveFormerServer } from './postgres-leftovers.js';
import { runPostgresProgram } from './postgres-program.js';
import { choosePostgresUser, type PostgresUser } from './postgres-user.js';
import { secretAt } from './secret-file.js';
import { keepRunning, type Service, type ServiceLog } from './service.js';

const USER = 'longplay';
/** PostgreSQL's "invalid_password". */
const WRONG_PASSWORD = '28P01';

export interface EmbeddedPostgres {
  service: Service;
  url: string;
}

interface Options {
  dataFolder: string;
  port: number;
  log: ServiceLog;
  fsync?: boolean;
}

/** PostgreSQL 18 on loopback, its data below `dataFolder`; `fsync: false` is for tests only. */
export async function startPostgres(options: Options): Promise<EmbeddedPostgres> {
  const processFile = path.join(options.dataFolder, 'run', 'postgres.json');
  const secretFile = path.join(options.dataFolder, 'secrets', 'postgres');
  const user = choosePostgresUser({
    nativeFolder: postgresBinaries(),
    dataFolder: path.join(options.dataFolder, 'postgres'),
  });
  const password = await secretAt(secretFile);
  await endFormer(processFile);
  if (!existsSync(path.join(user.dataFolder, 'PG_VERSION'))) {
    await initializeCluster(user, { superuser: USER, password, processFile });
  }
  const address = `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${options.port}`;
  let instance = '';
  const service = await keepRunning({
    name: 'postgres',
    log: options.log,
    processFile,
    prepare: (halt) => outliveFormerServer(user.dataFolder, halt),
    spawn: () => spawnServer(user, options, (instance = randomBytes(8).toString('hex'))),
    ready: () => isOurs(`${address}/postgres`, { instance, secretFile }),
    readyWithinMs: 60_000,
  });
  try {
    await createDatabase(`${address}/postgres`);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return { service, url: `${address}/${USER}` };
}

function spawnServer(
  user: PostgresUser,
  { dataFolder, port, fsync = true }: Options,
  instance: string,
): LifelineChild {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '48MB',
    fsync: fsync ? 'on' : 'off',
    // Our own lifeline ends it; the log goes to stderr, whose tail is kept.
    logging_collector: 'off',
    // Both mean nothing to the server. Its own folder may be far away, so this is how ps(1) tells whose it is;
    // and the other is what it is asked for, to tell it from another on its port.
    'longplay.data_folder': dataFolder,
    'longplay.instance': instance,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return runPostgresProgram(user, 'postgres', ['-D', user.dataFolder, ...args]);
}

async function isOurs(
  connectionString: string,
  { instance, secretFile }: { instance: string; secretFile: string },
): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ instance: string | null }>(
      `select current_setting('longplay.instance', true) as instance`,
    );
    return rows[0]?.instance === instance;
  } catch (error) {
    if (errorCode(error) !== WRONG_PASSWORD) return false;
    throw new Fault(
      'environment',
      `Expected the secret in ${secretFile} to open the database, but it is refused`,
      {
        remedy: 'Restore that file from a copy',
        cause: error,
      },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [USER]);
    if (rowCount === 0) await client.query(`create database ${USER}`);
  } finally {
    await client.end();
  }
}
