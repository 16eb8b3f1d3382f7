import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { startTestApi, type TestApi } from '../support/api.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startProgram, type StartedProgram } from '../support/started-program.js';

let folder: string;
let core: TestCore;
let api: TestApi;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-main-'));
  core = await startTestCore();
  api = await startTestApi({ parts: core.parts });
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await api.stop();
  await core.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(...argv: string[]): StartedProgram {
  const access = { LONGPLAY_URL: api.url, LONGPLAY_TOKEN: api.tokens.operator };
  const running = startProgram(argv, { environment: { LONGPLAY_DATA: folder, ...access } });
  children.push(running.child);
  return running;
}

const parse = (text: string): unknown => JSON.parse(text);
const job = z.looseObject({ id: z.string(), status: z.string() });
const params = (count: number, everyMs: number, label: string): string =>
  JSON.stringify({ count, everyMs, label });

describe('the built program', () => {
  it('creates a job, tells every change as one JSON document a line, and ends with its outcome', async () => {
    const { status, stdout, stderr } = await start(
      ...['job', 'create', 'demo_steps', '--params', params(10, 20, 'watched'), '--watch', '--json'],
    ).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => z.object({ depth: z.number(), job }).parse(parse(line)).job);
    expect(told.at(-1)?.status).toBe('completed');
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
  });

  it('prints exactly one JSON document for each command that reads', async () => {
    const created = await start('job', 'create', 'demo_steps', '--params', params(1, 0, 'read'), '--json')
      .ended;
    const { id } = job.parse(parse(created.stdout));
    await core.until(id, ({ status }) => status === 'completed');
    for (const argv of [
      ['list'],
      ['show', id],
      ['attempts', id],
      ['logs', id],
      ['types'],
      ['types', 'demo_steps'],
      ['retry', id],
    ]) {
      const { status, stdout, stderr } = await start('job', ...argv, '--json').ended;
      expect({ argv, status, stderr }).toEqual({ argv, status: 0, stderr: '' });
      expect(() => parse(stdout)).not.toThrow();
    }
  });

  it('leaves the job running at Ctrl-C, says so, and ends with 130', async () => {
    const { id } = job.parse(
      parse(
        (await start('job', 'create', 'demo_steps', '--params', params(1_000, 20, 'left'), '--json').ended)
          .stdout,
      ),
    );
    const watching = start('job', 'watch', id);
    await eventually(() => watching.stdout().includes('running'));
    watching.child.kill('SIGINT');
    const { status, stderr } = await watching.ended;
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: `${id} goes on without being watched; "longplay job watch ${id}" shows it again.\n`,
    });
    expect((await core.view(id)).status).toBe('running');
    const cancelled = await start('job', 'cancel', id).ended;
    expect(cancelled).toMatchObject({ status: 0, stderr: '' });
    const end = await start('job', 'watch', id).ended;
    expect(end).toMatchObject({ status: 1, stdout: expect.stringContaining('[cancelled') });
  });

  it('ends quietly when nobody reads any more', async () => {
    const { id } = job.parse(
      parse(
        (await start('job', 'create', 'demo_steps', '--params', params(1_000, 20, 'unread'), '--json').ended)
          .stdout,
      ),
    );
    const watching = start('job', 'watch', id, '--json');
    await eventually(() => watching.stdout().includes('\n'));
    watching.child.stdout.destroy();
    const { stderr } = await watching.ended;
    expect(stderr).not.toContain('EPIPE');
    await start('job', 'cancel', id).ended;
    await core.until(id, ({ status }) => status === 'cancelled');
  });

  it('follows a log until the job ends', async () => {
    const { id } = job.parse(
      parse(
        (await start('job', 'create', 'demo_steps', '--params', params(20, 20, 'logged'), '--json').ended)
          .stdout,
      ),
    );
    const { status, stdout } = await start('job', 'logs', id, '--follow').ended;
    expect(status).toBe(0);
    expect(stdout.match(/counts from 0 to 20/g)).toHaveLength(1);
  });
});
