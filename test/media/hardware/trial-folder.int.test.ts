import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { makeTrialFolder } from '../../../src/media/hardware/trial-folder.js';

let parent: string;

beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'longplay-trials-'));
});

afterAll(() => rm(parent, { recursive: true, force: true }));

/** As a process of that id has left it, or has it in use. */
async function folderOf(pid: number, name: string, host = hostname()): Promise<string> {
  const folder = `longplay-probe-${host}-${pid}-${name}`;
  await mkdir(path.join(parent, folder, 'samples'), { recursive: true });
  return folder;
}

/** Of one that has ended. */
const deadPid = (): number => spawnSync('true').pid;

it('takes away what killed processes of this host have left, and nothing that is in use', async () => {
  await folderOf(deadPid(), 'dead');
  const earlier = await folderOf(process.pid, 'earlier');
  await utimes(path.join(parent, earlier), 1_600_000_000, 1_600_000_000);
  const kept = [
    await folderOf(process.pid, 'mine'),
    await folderOf(process.ppid, 'theirs'),
    await folderOf(deadPid(), 'elsewhere', 'another-host'),
  ];
  const made = path.basename(await makeTrialFolder(parent));
  expect((await readdir(parent)).sort()).toEqual([...kept, made].sort());
});
