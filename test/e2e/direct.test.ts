import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { eventually } from '../support/eventually.js';
import { startProgram, type StartedProgram } from '../support/started-program.js';

let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-direct-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Where no Postgres and no Temporal are: nothing listens on port 1. */
function direct(type: string, params: object, ...options: string[]): StartedProgram {
  const argv = ['job', 'create', type, '--params', JSON.stringify(params), '--direct', ...options];
  const running = startProgram(argv, {
    environment: {
      LONGPLAY_DATA: path.join(folder, 'data'),
      LONGPLAY_URL: 'http://127.0.0.1:1',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    },
  });
  children.push(running.child);
  return running;
}

const job = z.looseObject({ id: z.string(), status: z.string(), result: z.unknown(), error: z.unknown() });
const parse = (text: string): z.output<typeof job> => job.parse(JSON.parse(text));

describe('job create --direct', () => {
  it('runs a job to its end with no server, and leaves nothing behind', async () => {
    const { status, stdout, stderr } = await direct('demo_steps', { count: 3, everyMs: 1 }).ended;
    expect(stdout.split('\n').slice(-4)).toEqual([
      'Count to 3 (demo) [completed 100 %] is done',
      'Count to 3 (demo) is done',
      '{"counted":3,"startedAt":0}',
      '',
    ]);
    expect(stderr).toMatch(/^\S+ info {2}countUp: counts from 0 to 3\n$/);
    expect(status).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('prints one JSON document, of a job with parts too, and its log on the error stream', async () => {
    const params = { children: 3, count: 2, everyMs: 0, shared: 'key' };
    const { status, stdout, stderr } = await direct('demo_fan_out', params, '--json').ended;
    expect(status).toBe(0);
    const told = parse(stdout);
    expect(told).toMatchObject({ status: 'completed', result: { completed: 3 } });
    expect(told['children']).toHaveLength(4);
    for (const line of stderr.trimEnd().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ level: 'info', context: 'countUp' });
    }
  });

  it('ends with 1 and says why when the job failed', async () => {
    const { status, stdout } = await direct('demo_fail', { kind: 'gone' }, '--json').ended;
    expect(status).toBe(1);
    expect(parse(stdout)).toMatchObject({
      status: 'failed',
      error: { kind: 'gone', message: 'Told to fail, attempt 1', remedy: 'Nothing is wrong: this is a demo' },
    });
  });

  it('ends with 2 and a remedy for params that are not valid', async () => {
    const { status, stdout, stderr } = await direct('demo_steps', { count: 'many' }).ended;
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/count: .*expected number, received string\n.*What to do: /);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('cancels the job at %s and ends with 130', async (signal) => {
    const running = direct('demo_hang', {});
    await eventually(() => running.stderr().includes('hangs until'));
    running.child.kill(signal);
    const { status, stdout } = await running.ended;
    expect({ status, last: stdout.split('\n').at(-2) }).toEqual({
      status: 130,
      last: 'Hang (demo) was cancelled',
    });
  });

  it('ends at once at a second Ctrl-C', async () => {
    const running = direct('demo_hang', { stubbornMs: 60_000 });
    await eventually(() => running.stderr().includes('hangs until'));
    running.child.kill('SIGINT');
    // The first one is taken once the handler is gone; until then another would be the same wish.
    const again = setInterval(() => running.child.kill('SIGINT'), 50);
    await running.ended;
    clearInterval(again);
    expect(running.child.signalCode).toBe('SIGINT');
  });

  it('goes on from its checkpoint after a kill, and removes the file at the end', async () => {
    const file = path.join(folder, 'count.checkpoint');
    const params = { count: 100, everyMs: 10 };
    const running = direct('demo_steps', params, '--checkpoint', file);
    await eventually(() => /running [2-9]\d %/.test(running.stdout()));
    running.child.kill('SIGKILL');
    await running.ended;
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ type: 'demo_steps' });
    const { status, stdout } = await direct('demo_steps', params, '--checkpoint', file, '--json').ended;
    expect(status).toBe(0);
    const { counted, startedAt } = parse(stdout).result as { counted: number; startedAt: number };
    expect(counted).toBe(100);
    expect(startedAt).toBeGreaterThanOrEqual(20);
    await expect(readFile(file, 'utf8')).rejects.toThrow('ENOENT');
  });
});
