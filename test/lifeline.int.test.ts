import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { lifelineScript, spawnWithLifeline, type LifelineChild } from '../src/lifeline.js';
import { compileSource, type CompiledSource } from './support/compiled-source.js';
import { eventually } from './support/eventually.js';
import { findProcesses } from './support/processes.js';

let source: CompiledSource;
let folder: string;

beforeAll(async () => {
  source = await compileSource(['lifeline.ts']);
});

afterAll(() => source.remove());

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-lifeline-'));
});

afterEach(async () => {
  await untilNothingLives();
  await rm(folder, { recursive: true, force: true });
});

/** What was killed takes a moment to be dead. */
async function untilNothingLives(): Promise<void> {
  await eventually(async () => (await findProcesses(folder)).length === 0, { withinMs: 10_000 });
}

/** A shell script that knows the folder as $1, by which the test finds it and whatever it starts. */
function sh(script: string, options: { stopSignal?: 'TERM' | 'INT' } = {}): LifelineChild {
  return spawnWithLifeline({ name: 'sh', command: 'sh', args: ['-c', script, 'sh', folder], ...options });
}

async function read(child: LifelineChild): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (more: string) => (text += more));
  await child.exited;
  return text;
}

const wrote = (name: string) => async (): Promise<boolean> =>
  (await readFile(path.join(folder, name), 'utf8').catch(() => '')) !== '';

/** Prints its arguments as JSON. */
const TELL = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--'];
const ODD = ["it's", '"quoted"', '$HOME $(id) `id`', 'two\nlines\n', '', ' ', '*', '\\', '-c', 'ü 東', '%s'];

describe('spawnWithLifeline', () => {
  it('hands arguments on as they are', async () => {
    const argument = fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'binary' }));
    const property = fc.asyncProperty(fc.array(argument, { maxLength: 5 }), async (given) => {
      const args = given.map((text) => text.replaceAll('\0', ''));
      const child = spawnWithLifeline({
        name: 'tell',
        command: process.execPath,
        args: [...TELL, ...args],
        stdout: 'pipe',
      });
      expect(JSON.parse(await read(child))).toEqual(args);
    });
    await fc.assert(property, { numRuns: 25, examples: [[ODD]] });
  });

  it('gives the command an empty stdin, and not the lifeline', async () => {
    const child = spawnWithLifeline({
      name: 'cat',
      command: 'sh',
      args: ['-c', 'cat; [ -e /proc/$$/fd/3 ] && echo open; echo end'],
      stdout: 'pipe',
    });
    expect(await read(child)).toBe('end\n');
  });

  it.each([
    ['exit 0', { code: 0, signal: null }],
    ['exit 7', { code: 7, signal: null }],
    ['exit 255', { code: 255, signal: null }],
    ['kill -9 $$', { code: null, signal: 'SIGKILL' }],
    ['kill -SEGV $$', { code: null, signal: 'SIGSEGV' }],
  ])('tells how a command ended: %s', async (script, exit) => {
    expect(await sh(`ulimit -c 0; ${script}`).exited).toEqual(exit);
  });

  it('tells a missing command by status 127, and one that may not run by 126', async () => {
    const file = path.join(folder, 'not executable');
    await writeFile(file, '');
    const exitOf = async (command: string): Promise<number | null> =>
      (await spawnWithLifeline({ name: 'x', command, args: [] }).exited).code;
    expect(await exitOf('/nowhere/program')).toBe(127);
    expect(await exitOf(file)).toBe(126);
  });

  it('keeps the last 8 kB of stderr, and of stdout where wished', async () => {
    const child = spawnWithLifeline({
      name: 'noisy',
      command: 'sh',
      args: ['-c', 'echo told; head -c 100000 /dev/zero | tr "\\0" x >&2; echo end >&2'],
      stdout: 'tail',
    });
    await child.exited;
    expect(child.stderrTail()).toHaveLength(8_192);
    const quiet = spawnWithLifeline({ name: 'quiet', command: 'echo', args: ['told'], stdout: 'tail' });
    await quiet.exited;
    expect(quiet.stderrTail()).toBe('told\n');
  });

  it('runs a command as nice as wished', async () => {
    const child = spawnWithLifeline({
      name: 'nice',
      command: 'nice',
      args: [],
      nice: 7,
      stdout: 'pipe',
    });
    expect((await read(child)).trim()).toBe('7');
  });
});

describe('stop', () => {
  it('lets a command end by itself, at whatever moment it comes', async () => {
    // Sooner than the shell is ready, while it starts the command, and after.
    for (let delay = 0; delay < 40; delay += 1) {
      const child = sh('while :; do sleep 1; done');
      await new Promise((resolve) => setTimeout(resolve, delay / 8));
      const started = performance.now();
      await child.stop({ graceMs: 5_000 });
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    }
  }, 30_000);

  it.each(['TERM', 'INT'] as const)('sends %s, and a command may tidy up', async (stopSignal) => {
    const child = sh(
      `trap 'echo ${stopSignal} >"$1/told"; exit 3' ${stopSignal}; echo >"$1/up" up; while :; do sleep 0.05; done`,
      { stopSignal },
    );
    await eventually(wrote('up'));
    await child.stop();
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(await readFile(path.join(folder, 'told'), 'utf8')).toBe(`${stopSignal}\n`);
  });

  it('kills what does not heed it, with all that it started', async () => {
    const child = sh(
      `trap '' TERM; sh -c 'trap "" TERM; while :; do sleep 1; done' sh "$1" & echo up >"$1/up"; wait; wait`,
    );
    await eventually(wrote('up'));
    await child.stop({ graceMs: 200 });
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await untilNothingLives();
  });

  it('takes with it what a command leaves behind, and can be called again', async () => {
    const child = sh(`sh -c 'while :; do sleep 1; done' sh "$1" & echo up >"$1/up"`);
    await child.exited;
    await untilNothingLives();
    await Promise.all([child.stop(), child.stop()]);
  });

  it('does not wait for a process that left the group and holds the pipes', async () => {
    const child = sh('setsid sh -c "while :; do sleep 1; done" sh "$1" & echo up >"$1/up"; sleep 60');
    await eventually(async () => (await findProcesses(folder)).length >= 3);
    const started = performance.now();
    await child.stop();
    expect(performance.now() - started).toBeLessThan(3_000);
    for (const { pid } of await findProcesses(folder)) process.kill(pid, 'SIGKILL');
  });
});

/** Kills a process that owns `script`, and returns how long everything took to be gone. */
async function killOwner(entry: string): Promise<number> {
  const owner = spawn(process.execPath, [entry], { stdio: 'ignore' });
  try {
    await eventually(wrote('up'));
  } finally {
    owner.kill('SIGKILL');
  }
  const killed = performance.now();
  await once(owner, 'exit');
  await eventually(async () => (await findProcesses(folder)).length === 0);
  return performance.now() - killed;
}

function ownerOf(script: string): Promise<string> {
  return source.writeEntry(`
import { spawnWithLifeline } from './src/lifeline.js';
spawnWithLifeline({ name: 'sh', command: 'sh', args: ['-c', ${JSON.stringify(script)}, 'sh', ${JSON.stringify(folder)}] });
setInterval(() => undefined, 1_000);
`);
}

describe('the death of an owner', () => {
  it('ends the command and all that it started', async () => {
    const script = `sh -c 'while :; do sleep 1; done' sh "$1" & echo up >"$1/up"; while :; do sleep 1; done`;
    expect(await killOwner(await ownerOf(script))).toBeLessThan(3_000);
  });

  it('lets the command tidy up first', async () => {
    const script = `trap 'echo tidy >"$1/tidied"; exit' TERM; echo up >"$1/up"; while :; do sleep 0.1; done`;
    await killOwner(await ownerOf(script));
    expect(await readFile(path.join(folder, 'tidied'), 'utf8')).toBe('tidy\n');
  });

  it('ends by force after 5 s what does not heed TERM', async () => {
    const script = `trap '' TERM; echo up >"$1/up"; while :; do sleep 0.1; done`;
    const took = await killOwner(await ownerOf(script));
    expect(took).toBeGreaterThan(4_000);
    expect(took).toBeLessThan(8_000);
  }, 20_000);
});

describe('lifelineScript', () => {
  async function program(command: string[]): Promise<string> {
    const file = path.join(folder, "it's a program");
    await writeFile(file, lifelineScript(command));
    await chmod(file, 0o755);
    return file;
  }

  it('is a program that hands its own and given arguments on, and its exit status back', async () => {
    const file = await program([process.execPath, ...TELL, "it's", '$HOME']);
    const child = spawn(file, ODD, { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(JSON.parse(text)).toEqual(["it's", '$HOME', ...ODD]);
    const failing = spawn(await program(['sh', '-c', 'exit 9']), [], { stdio: ['pipe', 'ignore', 'ignore'] });
    expect(await once(failing, 'close')).toEqual([9, null]);
  });

  it('ends its command when the pipe to its stdin closes', async () => {
    const file = await program(['sh', '-c', 'echo up >"$1/up"; while :; do sleep 1; done', 'sh', folder]);
    const entry = await source.writeEntry(`
import { spawn } from 'node:child_process';
spawn(${JSON.stringify(file)}, [], { stdio: ['pipe', 'ignore', 'ignore'] });
setInterval(() => undefined, 1_000);
`);
    expect(await killOwner(entry)).toBeLessThan(3_000);
  });

  it('passes a signal to its command', async () => {
    const file = await program([
      'sh',
      '-c',
      'trap "exit 5" TERM; echo up >"$1/up"; while :; do sleep 0.05; done',
      'sh',
      folder,
    ]);
    const child = spawn(file, [], { stdio: ['pipe', 'ignore', 'ignore'] });
    await eventually(wrote('up'));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });
});
