import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { loadConfig, type Config } from '../../src/config.js';
import { claimDataFolder, releaseDataFolder, startEmbedded } from '../../src/embedded/embedded.js';
import { identityOf } from '../../src/embedded/process-identity.js';
import { compileSource, type CompiledSource } from '../support/compiled-source.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { testTemporal } from '../support/servers.js';
import { keepLog } from './logs.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;

let source: CompiledSource;
let owner: string;
let folder: string;
let owners: ChildProcess[];

beforeAll(async () => {
  source = await compileSource(['domain', 'embedded', 'lifeline.ts', 'config.ts']);
  owner = await source.writeEntry(`
import { loadConfig } from './src/config.js';
import { claimDataFolder, releaseDataFolder, startEmbedded } from './src/embedded/embedded.js';
const config = loadConfig();
const silent = () => undefined;
try {
  await claimDataFolder(config.dataFolder);
  const embedded = await startEmbedded({ config, log: { info: silent, warn: silent } });
  process.on('SIGTERM', () => void embedded.stop().then(() => releaseDataFolder(config.dataFolder)).then(() => process.exit(0)));
  console.log(JSON.stringify({ pids: embedded.pids(), url: embedded.databaseUrl }));
} catch (error) {
  console.log(JSON.stringify({ refused: error.message, remedy: error.remedy }));
  process.exitCode = 1;
}
`);
});

afterAll(() => source.remove());

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay embedded-'));
  owners = [];
});

afterEach(async () => {
  for (const child of owners) child.kill('SIGKILL');
  await eventually(async () => (await findProcesses(folder)).length === 0, { withinMs: 15_000 });
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  pids?: Record<string, number>;
  url?: string;
  refused?: string;
  remedy?: string;
}

function environment(dataFolder = folder): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    LONGPLAY_DATA: dataFolder,
    TEMPORAL_CLI_PATH: testTemporal().cliPath,
    LONGPLAY_DOWNLOAD_INTERFACE: '127.0.0.1',
  };
}

/** A process that owns the folder and its services, as "longplay up" does; what it told when it was up. */
async function startOwner(): Promise<{ child: ChildProcess; told: Told }> {
  const child = spawn(process.execPath, [owner], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owners.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, told: JSON.parse(line.toString()) as Told };
}

const config = (overrides: Record<string, string> = {}): Config =>
  loadConfig({ ...environment(), ...overrides });

describe('startEmbedded', () => {
  it('leaves nothing behind when its owner is killed, and starts again at once on the same data', async () => {
    const first = await startOwner();
    expect(Object.keys(first.told.pids ?? {})).toEqual(['postgres', 'temporal', 'aria2']);
    first.child.kill('SIGKILL');
    const killed = performance.now();
    // Before all are gone: the start itself waits for them.
    const second = await startOwner();
    expect(second.told.refused).toBeUndefined();
    for (const pid of Object.values(first.told.pids ?? {})) expect(identityOf(pid)).toBeUndefined();
    expect(performance.now() - killed).toBeLessThan(15_000);
    second.child.kill('SIGKILL');
    const again = performance.now();
    await eventually(async () => (await findProcesses(folder)).length === 0);
    expect(performance.now() - again).toBeLessThan(7_000);
  }, 60_000);

  it('lets exactly one of two have a folder that start at once, and tells the other', async () => {
    const [one, other] = await Promise.all([startOwner(), startOwner()]);
    const [loser, winner] = one.told.refused === undefined ? [other, one] : [one, other];
    expect(winner.told.pids).toBeDefined();
    expect(loser.told.refused).toBe(
      `Longplay is running on ${folder} already: process ${winner.child.pid ?? 0}, still starting`,
    );
    expect(loser.told.remedy).toContain('LONGPLAY_DATA');
  }, 60_000);

  it('stops aria2, then Temporal, then Postgres, and leaves no owner', async () => {
    const { child, told } = await startOwner();
    const { postgres = 0, temporal = 0, aria2 = 0 } = told.pids ?? {};
    const ended: string[] = [];
    child.kill('SIGTERM');
    await eventually(
      () => {
        for (const [name, pid] of Object.entries({ postgres, temporal, aria2 })) {
          if (!ended.includes(name) && identityOf(pid) === undefined) ended.push(name);
        }
        return ended.length === 3;
      },
      { everyMs: 2 },
    );
    expect(ended).toEqual(['aria2', 'temporal', 'postgres']);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(await readdir(folder)).not.toContain('owner.json');
    expect(await readdir(path.join(folder, 'postgres'))).not.toContain('postmaster.pid');
  }, 60_000);

  it('stops what it has started when a later part fails', async () => {
    const failed = startEmbedded({
      config: config({ TEMPORAL_CLI_PATH: '/nowhere/temporal' }),
      log: keepLog(),
    });
    await expect(failed).rejects.toMatchObject({
      kind: 'environment',
      remedy: expect.stringContaining('TEMPORAL_CLI_PATH'),
    });
  });

  it('starts nothing that an address replaces, and goes on without aria2', async () => {
    const embedded = await startEmbedded({
      config: config({
        DATABASE_URL: 'postgres://elsewhere/longplay',
        TEMPORAL_ADDRESS: 'elsewhere:7233',
        ARIA2_PATH: '/nowhere/aria2c',
      }),
      log: keepLog(),
    });
    expect(embedded).toMatchObject({
      databaseUrl: 'postgres://elsewhere/longplay',
      temporalAddress: 'elsewhere:7233',
      aria2: { missing: expect.stringContaining('install the package aria2') },
    });
    expect(embedded.pids()).toEqual({});
    await embedded.stop();
  });
});

describe('claimDataFolder', () => {
  it('refuses a second owner with a sentence that says where the first runs', async () => {
    await claimDataFolder(folder);
    await expect(claimDataFolder(folder)).rejects.toMatchObject({
      kind: 'superseded',
      message: `Longplay is running on ${folder} already: process ${process.pid}, still starting`,
    });
    expect(JSON.parse(await readFile(path.join(folder, 'owner.json'), 'utf8'))).toMatchObject({ url: null });
    await releaseDataFolder(folder);
    await claimDataFolder(folder);
  });

  asRoot('says that a folder cannot be written, and what to do', async () => {
    const mounted = path.join(folder, 'read only');
    await mkdir(mounted);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', mounted]).status).toBe(0);
    try {
      await expect(claimDataFolder(mounted)).rejects.toMatchObject({
        kind: 'environment',
        message: expect.stringContaining(`Expected to write below the data folder ${mounted}`),
        remedy: expect.stringContaining('right to write'),
      });
    } finally {
      spawnSync('umount', [mounted]);
    }
  });
});
