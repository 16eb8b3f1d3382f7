import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { choosePort } from '../../src/embedded/ports.js';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.js';
import { compileSource } from '../support/compiled-source.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { keepLog, type KeptLog } from './logs.js';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
/** In a chroot the kernel allows none (user_namespaces(7)); then root's data lies below /var/lib. */
const hasNamespaces = allows('unshare', ['--user', '--map-user=65534', '--map-group=65534', '--']);
const inPlace = itIf(!isRoot || hasNamespaces, 'user namespaces are refused here');
const AS_GAMES = ['--reuid=games', '--regid=games', '--clear-groups'];
const asAnother = itIf(
  isRoot && allows('setpriv', [...AS_GAMES, 'test', '-r', path.resolve('node_modules/pg/package.json')]),
  'another user cannot read this checkout',
);

/** Whether a command may run under that prefix. */
function allows(command: string, prefix: readonly string[]): boolean {
  const args = prefix.at(-1) === '--' ? [...prefix, 'true'] : prefix;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function itIf(condition: boolean, otherwise: string): typeof it.skip {
  if (!condition) process.stderr.write(`skipped: a test of Postgres, since ${otherwise}\n`);
  return condition ? it : it.skip;
}

let folder: string;
let log: KeptLog;
let running: EmbeddedPostgres[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay pg-'));
  log = keepLog();
  running = [];
});

afterEach(async () => {
  for (const { service } of running) await service.stop();
  await eventually(async () => (await findProcesses(folder)).length === 0);
  await rm(folder, { recursive: true, force: true });
});

async function start(dataFolder = folder, port?: number): Promise<EmbeddedPostgres> {
  const started = await startPostgres({ dataFolder, port: port ?? (await choosePort(0)), log, fsync: false });
  running.push(started);
  return started;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Until the server is back; a refused connection is no answer. */
async function untilAnswers(url: string, sql: string): Promise<unknown[]> {
  let rows: unknown[] = [];
  await eventually(async () => {
    rows = await query(url, sql).catch(() => []);
    return rows.length > 0;
  });
  return rows;
}

describe('startPostgres', () => {
  it('runs in a folder with spaces, quotes and foreign letters, and keeps its secret to itself', async () => {
    const odd = path.join(folder, `it's "odd" 100% ü東`);
    const { url } = await start(odd);
    expect(await query(url, 'select current_database() as name')).toEqual([{ name: 'longplay' }]);
    const secret = (await readFile(path.join(odd, 'secrets', 'postgres'), 'utf8')).trim();
    expect(decodeURIComponent(new URL(url).password)).toBe(secret);
    expect((await stat(path.join(odd, 'secrets', 'postgres'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(odd, 'postgres'))).mode & 0o077).toBe(0);
    expect(await findProcesses(secret)).toEqual([]);
    await expect(query(url.replace(secret, 'wrong'), 'select 1')).rejects.toThrow('password');
  });

  it('comes back on the same port with the same data after kill -9, whatever a client is at', async () => {
    const { url, service } = await start();
    await query(url, 'create table kept as select 7 as number');
    const busy = query(url, 'select count(*) from generate_series(1, 40000000)').catch(() => 'cut off');
    process.kill(service.pid() ?? 0, 'SIGKILL');
    expect(await untilAnswers(url, 'select number from kept')).toEqual([{ number: 7 }]);
    await busy;
    expect(log.lines[0]).toMatchObject({ fields: { service: 'postgres', signal: 'SIGKILL' } });
  });

  inPlace('clears away what a start left that was killed in the middle', async () => {
    await mkdir(path.join(folder, 'postgres.new', 'base'), { recursive: true });
    await writeFile(path.join(folder, 'postgres.new', 'PG_VERSION'), '18\n');
    await writeFile(path.join(folder, 'initdb-password'), 'old');
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await expect(stat(path.join(folder, 'postgres.new'))).rejects.toThrow('ENOENT');
    await expect(stat(path.join(folder, 'initdb-password'))).rejects.toThrow('ENOENT');
  });

  it('starts though the process number of its pid file belongs to somebody else by now', async () => {
    const { service } = await start();
    await service.stop();
    await writeFile(path.join(folder, 'postgres', 'postmaster.pid'), `${process.pid}\n/elsewhere\n`);
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses a taken port instead of taking the other server for its own', async () => {
    const first = await start(path.join(folder, 'first'));
    // The same secret: only the server itself can tell that it is another.
    await mkdir(path.join(folder, 'second', 'secrets'), { recursive: true });
    const secret = await readFile(path.join(folder, 'first', 'secrets', 'postgres'));
    await writeFile(path.join(folder, 'second', 'secrets', 'postgres'), secret, { mode: 0o600 });
    const failed = start(path.join(folder, 'second'), Number(new URL(first.url).port));
    await expect(failed).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining('Address already in use'),
    });
  });

  it('says at once that its secret is not the database’s', async () => {
    await (await start()).service.stop();
    await writeFile(path.join(folder, 'secrets', 'postgres'), 'another\n');
    const since = performance.now();
    await expect(start()).rejects.toMatchObject({
      message: expect.stringContaining(path.join('secrets', 'postgres')),
      remedy: 'Restore that file from a copy',
    });
    expect(performance.now() - since).toBeLessThan(15_000);
  });

  (isRoot ? inPlace : it.skip)(
    'says that the disk is full, leaves no half database, and starts once there is room',
    async () => {
      const mounted = path.join(folder, 'small');
      await mkdir(mounted);
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'none', mounted]).status).toBe(0);
      try {
        await expect(start(mounted)).rejects.toMatchObject({
          kind: 'environment',
          message: expect.stringMatching(/No space left on device|Check free disk space/),
          remedy: expect.stringContaining('Free some space'),
        });
        await expect(stat(path.join(mounted, 'postgres'))).rejects.toThrow('ENOENT');
        expect(spawnSync('mount', ['-o', 'remount,size=300m', mounted]).status).toBe(0);
        const { url, service } = await start(mounted);
        expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
        await service.stop();
      } finally {
        spawnSync('umount', ['-l', mounted]);
      }
    },
  );

  asAnother('runs for an ordinary user', async () => {
    const source = await compileSource(['domain', 'embedded', 'lifeline.ts', 'config.ts']);
    try {
      const home = path.join(folder, 'home');
      await mkdir(home);
      await chmod(folder, 0o755);
      expect(spawnSync('chown', ['games', home]).status).toBe(0);
      const entry = await source.writeEntry(ENTRY);
      expect(spawnSync('chmod', ['-R', 'a+rX', path.dirname(entry)]).status).toBe(0);
      const { code, told } = await runEntry('setpriv', [...AS_GAMES, process.execPath, entry, home]);
      expect({ code, told }).toEqual({ code: 0, told: 'longplay\n' });
    } finally {
      await source.remove();
    }
  });

  asRoot('runs for root where user namespaces are refused, and finds its data again', async () => {
    const shared = '/var/lib/longplay';
    const before = spawnSync('ls', [shared], { encoding: 'utf8' }).stdout.split('\n');
    const source = await compileSource(['domain', 'embedded', 'lifeline.ts', 'config.ts']);
    try {
      const entry = await source.writeEntry(ENTRY);
      const changed = path.join(folder, 'root');
      await mkdir(changed);
      const script = `mount --rbind / "$1"; shift; exec chroot "$@"`;
      const refusing = ['--mount', '--propagation=private', 'sh', '-ec', script, 'sh', changed, changed];
      const run = [process.execPath, entry, path.join(folder, 'data')];
      const [command = '', ...args] = hasNamespaces ? ['unshare', ...refusing, ...run] : run;
      for (let time = 0; time < 2; time += 1) {
        const { code, told } = await runEntry(command, args);
        expect({ code, told }).toEqual({ code: 0, told: 'longplay\n' });
      }
      const note = path.join(folder, 'data', 'postgres', 'location');
      expect(await readFile(note, 'utf8')).toMatch(/^\/var\/lib\/longplay\/[0-9a-f]{12}\/postgres\n$/);
    } finally {
      await source.remove();
      for (const name of spawnSync('ls', [shared], { encoding: 'utf8' }).stdout.split('\n')) {
        if (!before.includes(name)) await rm(path.join(shared, name), { recursive: true, force: true });
      }
      // Ours too, unless something else is in it.
      await rmdir(shared).catch(() => undefined);
    }
  });
});

/** Starts Postgres on the folder that it is given, asks it its name, and stops it. */
const ENTRY = `
import pg from 'pg';
import { choosePort } from './src/embedded/ports.js';
import { startPostgres } from './src/embedded/postgres.js';
const silent = () => undefined;
const started = await startPostgres({
  dataFolder: process.argv[2], port: await choosePort(0), log: { info: silent, warn: silent }, fsync: false,
});
const client = new pg.Client({ connectionString: started.url });
await client.connect();
console.log((await client.query('select current_database() as name')).rows[0].name);
await client.end();
await started.service.stop();
`;

async function runEntry(command: string, args: string[]): Promise<{ code: unknown; told: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  let told = '';
  const keep = (data: Buffer): void => {
    told += data.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, told };
}

describe('a start whose port is taken in the meantime', () => {
  it('fails with the system’s words, and leaves nothing', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const address = squatter.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      await expect(start(folder, port)).rejects.toThrow('Address already in use');
    } finally {
      squatter.close();
    }
  });
});
