import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import {
  keepRunning,
  type Service,
  type ServiceOptions,
  type ServiceTrouble,
} from '../../src/embedded/service.js';
import { spawnWithLifeline } from '../../src/lifeline.js';
import { compileSource } from '../support/compiled-source.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { keepLog, type KeptLog } from './logs.js';

let folder: string;
let log: KeptLog;
let service: Service | undefined;
let started: Service[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-service-'));
  log = keepLog();
  started = [];
});

afterEach(async () => {
  for (const each of started) await each.stop();
  await eventually(async () => (await findProcesses(folder)).length === 0, { withinMs: 10_000 });
  await rm(folder, { recursive: true, force: true });
});

const processFile = (): string => path.join(folder, 'run', 'example.json');

/** A service that is a shell script; it knows the folder by its first argument, and so does the test's search. */
async function example(script: string, options: Partial<ServiceOptions> = {}): Promise<Service> {
  const running = await keepRunning({
    name: 'example',
    log,
    processFile: processFile(),
    spawn: () =>
      spawnWithLifeline({ name: 'example', command: 'sh', args: ['-c', script, 'example', folder] }),
    ready: () => Promise.resolve(true),
    readyWithinMs: 20_000,
    ...options,
  });
  started.push(running);
  return running;
}

/** The script's own process, without the wrapper and its watcher, which know the script too. */
async function commandPid(script: string): Promise<number> {
  let pid: number | undefined;
  await eventually(async () => {
    pid = (await findProcesses(folder)).find(({ args }) => args[2] === script)?.pid;
    return pid !== undefined;
  });
  return pid ?? 0;
}

const STAYS = 'while :; do sleep 1; done';

describe('keepRunning', () => {
  it('starts a killed service again, and notes the new process', async () => {
    service = await example(STAYS);
    const first = service.pid();
    process.kill(await commandPid(STAYS), 'SIGKILL');
    await eventually(() => ![undefined, first].includes(service?.pid()));
    await eventually(() => log.lines.some(({ message }) => message === 'the embedded service is back'));
    expect(log.lines[0]).toMatchObject({ fields: { service: 'example', code: null, signal: 'SIGKILL' } });
    expect(JSON.parse(await readFile(processFile(), 'utf8'))).toMatchObject({ pid: service.pid() });
  });

  it('waits longer each time a service dies at once, and still stops promptly', async () => {
    const counted = path.join(folder, 'starts');
    const broken = 'echo x >>"$1/starts"; echo broken >&2; exit 7';
    let living = true;
    const script = (): string => (living ? STAYS : broken);
    service = await example(STAYS, {
      spawn: () =>
        spawnWithLifeline({ name: 'example', command: 'sh', args: ['-c', script(), 'example', folder] }),
      ready: () => Promise.resolve(living),
    });
    const since = performance.now();
    const pid = await commandPid(STAYS);
    living = false;
    process.kill(pid, 'SIGKILL');
    await eventually(async () => (await readFile(counted, 'utf8').catch(() => '')).length >= 6);
    // 0.2 + 0.4 + 0.8 s of back-off lie before the third start.
    expect(performance.now() - since).toBeGreaterThan(1_300);
    const stopping = performance.now();
    await service.stop();
    expect(performance.now() - stopping).toBeLessThan(1_000);
    expect(log.lines[1]?.fields).toMatchObject({
      err: { message: 'Expected example to start, but it ended at once: broken' },
    });
  });

  it('is held after many crashes, tells so, is tried again later, and tells when it is well (no. 73)', async () => {
    const troubles: (ServiceTrouble | undefined)[] = [];
    let living = true;
    const dying = 'echo "no more memory" >&2; exit 7';
    service = await example(STAYS, {
      spawn: () =>
        spawnWithLifeline({
          name: 'example',
          command: 'sh',
          args: ['-c', living ? STAYS : dying, 'example', folder],
        }),
      ready: () => Promise.resolve(living),
      crashLimit: { crashes: 3, withinMs: 60_000, holdMs: 700, stableMs: 300 },
      onTrouble: (trouble) => troubles.push(trouble),
    });
    const pid = await commandPid(STAYS);
    living = false;
    process.kill(pid, 'SIGKILL');
    await eventually(() => troubles.length > 0);
    const held = performance.now();
    await eventually(() => troubles.length > 1);
    expect(performance.now() - held).toBeGreaterThan(600);
    expect(troubles[1]).toMatchObject({
      message: expect.stringMatching(/^example crashed 3 times within 1 min and is held/),
      remedy: expect.stringContaining('See the log of Longplay'),
    });
    living = true;
    await eventually(() => troubles.at(-1) === undefined);
    const stopping = performance.now();
    await service.stop();
    expect(performance.now() - stopping).toBeLessThan(1_500);
  });

  it('stops promptly while a restart hangs, and leaves nothing of it', async () => {
    let ready = true;
    service = await example(STAYS, { ready: () => Promise.resolve(ready) });
    const first = service.pid();
    ready = false;
    process.kill(await commandPid(STAYS), 'SIGKILL');
    const isStarting = async (): Promise<boolean> =>
      (await findProcesses(folder)).some(({ pid }) => pid !== first);
    await eventually(isStarting);
    const stopping = performance.now();
    await service.stop();
    expect(performance.now() - stopping).toBeLessThan(1_500);
  });

  it('throws what a first start said, and what to do, and leaves nothing', async () => {
    const failed = example('echo "FATAL: No space left on device" >&2; exit 1', {
      ready: () => Promise.resolve(false),
    });
    await expect(failed).rejects.toMatchObject({
      kind: 'environment',
      message: 'Expected example to start, but it ended at once: FATAL: No space left on device',
      remedy: expect.stringContaining('Free some space'),
    });
  });

  it('takes no answer for its own while its child is dead', async () => {
    // As a client sees it when another server has the port: every question is answered.
    const answered = example('exit 1', {
      ready: async () => {
        await eventually(async () => (await findProcesses(folder)).length === 0);
        return true;
      },
    });
    await expect(answered).rejects.toThrow('it ended at once');
  });

  it('gives up a start that is never ready', async () => {
    const slow = example(STAYS, { ready: () => Promise.resolve(false), readyWithinMs: 300 });
    await expect(slow).rejects.toThrow('it was not ready after 0 s');
  });

  it('ends what a killed owner left, however long that takes, before it starts another', async () => {
    const stubborn = `trap '' TERM; ${STAYS}`;
    const source = await compileSource(['domain', 'embedded', 'lifeline.ts']);
    try {
      const entry = await source.writeEntry(`
import { keepRunning } from './src/embedded/service.js';
import { spawnWithLifeline } from './src/lifeline.js';
const silent = () => undefined;
await keepRunning({
  name: 'example', log: { info: silent, warn: silent }, processFile: ${JSON.stringify(processFile())},
  spawn: () => spawnWithLifeline({ name: 'example', command: 'sh',
    args: ['-c', ${JSON.stringify(stubborn)}, 'example', ${JSON.stringify(folder)}] }),
  ready: () => Promise.resolve(true), readyWithinMs: 5000,
});
console.log('up');
`);
      const owner = spawn(process.execPath, [entry], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(owner.stdout, 'data');
      const former = await commandPid(stubborn);
      owner.kill('SIGKILL');
      let formerLives = true;
      service = await example(STAYS, {
        prepare: async () => {
          formerLives = (await findProcesses(folder)).some(({ pid }) => pid === former);
        },
      });
      expect(formerLives).toBe(false);
    } finally {
      await source.remove();
    }
  }, 30_000);

  it('leaves a stranger alone that has the number of a former process by now', async () => {
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    try {
      service = await example(STAYS);
      await service.stop();
      await writeFile(processFile(), JSON.stringify({ pid: stranger.pid, identity: 'another boot 1' }));
      service = await example(STAYS);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill('SIGKILL');
      await once(stranger, 'exit');
    }
  });
});
