import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { spawnWithLifeline, type LifelineChild } from '../lifeline.js';
import { postgresBinaries } from './postgres-binaries.js';
import { choosePostgresUser, SYSTEM_PATH, type PostgresUser } from './postgres-user.js';
import { commandLineOf } from './process-identity.js';
import { secretAt } from './secret-file.js';
import { keepRunning, untilReady, type Service, type ServiceLog } from './service.js';

const USER = 'longplay';
const FORMER_END_MS = 15_000;

export interface EmbeddedPostgres {
  service: Service;
  url: string;
}

/** PostgreSQL 18 on loopback, its data below `dataFolder`; `fsync: false` is for tests only. */
export async function startPostgres(options: {
  dataFolder: string;
  port: number;
  log: ServiceLog;
  fsync?: boolean;
}): Promise<EmbeddedPostgres> {
  const user = choosePostgresUser({
    nativeFolder: postgresBinaries(),
    dataFolder: path.join(options.dataFolder, 'postgres'),
  });
  const password = await secretAt(path.join(options.dataFolder, 'secrets', 'postgres'));
  if (!existsSync(path.join(user.dataFolder, 'PG_VERSION'))) await initialize(user, password);
  const url = (database: string): string =>
    `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${options.port}/${database}`;
  const service = await keepRunning({
    name: 'postgres',
    log: options.log,
    processFile: path.join(options.dataFolder, 'run', 'postgres.json'),
    start: () => startServer(user, { ...options, url: url('postgres') }),
  });
  await createDatabase(url('postgres'));
  return { service, url: url(USER) };
}

function run(user: PostgresUser, program: string, args: string[]): LifelineChild {
  const command = [...user.prefix, path.join(user.nativeFolder, 'bin', program), ...args];
  return spawnWithLifeline({
    name: program,
    command: command[0] ?? program,
    args: command.slice(1),
    cwd: path.dirname(user.dataFolder),
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC' },
    stopSignal: 'INT',
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    ...(user.gid === undefined ? {} : { gid: user.gid }),
  });
}

/** In a folder beside it, renamed last: a start that was cut off leaves no half cluster. */
async function initialize(user: PostgresUser, password: string): Promise<void> {
  const staged = `${user.dataFolder}.new`;
  await mkdir(path.dirname(user.dataFolder), { recursive: true });
  await rm(staged, { recursive: true, force: true });
  const passwordFile = path.join(path.dirname(user.dataFolder), 'initdb-password');
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid ?? user.uid);
    const initdb = run(user, 'initdb', [
      `--pgdata=${staged}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ]);
    const { code } = await initdb.exited;
    if (code !== 0) throw new Error(`initdb ended with ${code ?? 'a signal'}: ${initdb.stderrTail()}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(staged, user.dataFolder);
}

async function startServer(
  user: PostgresUser,
  { dataFolder, port, url, fsync = true }: { dataFolder: string; port: number; url: string; fsync?: boolean },
): Promise<LifelineChild> {
  await outliveFormer(user.dataFolder);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '48MB',
    fsync: fsync ? 'on' : 'off',
    // Our own lifeline ends it; the log goes to stderr, whose tail is kept.
    logging_collector: 'off',
    // Means nothing to the server: its own folder may be far away, and so ps(1) tells whose it is.
    'longplay.data_folder': dataFolder,
  };
  const child = run(user, 'postgres', [
    '-D',
    user.dataFolder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  return untilReady(child, { ready: () => answers(url), timeoutMs: 60_000 });
}

/**
 * Postgres refuses to start while the process of its pid file lives, whoever that is. One that serves this
 * folder gets time to end; a stranger that has the number by now does not count.
 */
async function outliveFormer(dataFolder: string): Promise<void> {
  const file = path.join(dataFolder, 'postmaster.pid');
  const deadline = performance.now() + FORMER_END_MS;
  while (performance.now() < deadline) {
    const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0) return;
    if (!commandLineOf(pid).includes(dataFolder)) {
      await rm(file, { force: true });
      return;
    }
    await sleep(100);
  }
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
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
