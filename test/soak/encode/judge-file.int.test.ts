import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { damaged, makeVideo } from '../../support/video-fixtures.js';
import { faultsOf } from './judge-file.js';

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'] as const;
const SOURCE = { seconds: 3, sound: 1 };
let folder: string;
let good: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-judge-'));
  good = await makeVideo(folder, 'good.mp4', { options: [...X264, '-movflags', '+faststart'] });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('finds nothing wrong with what plays as its source does', async () => {
  expect(await faultsOf(good, SOURCE)).toEqual([]);
});

it.each([
  ['another length', { seconds: 4, sound: 1 }, /plays 3\.\d+ s, its source 4 s/],
  ['a lost sound track', { seconds: 3, sound: 2 }, /^1 sound tracks, not 2/],
])('finds %s', async (_what, source, said) => {
  expect(await faultsOf(good, source)).toEqual([expect.stringMatching(said)]);
});

it('finds another codec, and an index behind the pictures', async () => {
  const other = await makeVideo(folder, 'other.mp4', { options: ['-c:v', 'mpeg4', '-c:a', 'aac'] });
  expect(await faultsOf(other, SOURCE)).toEqual([
    'it is mpeg4 in yuv420p',
    'its index stands behind its pictures',
  ]);
});

it('finds damage that only a decode tells', async () => {
  const bad = await damaged(good, { at: 0.4, bytes: 20_000 });
  expect(await faultsOf(bad, SOURCE)).toEqual([expect.stringMatching(/^its decode says: /)]);
});

it('finds what nobody can read', async () => {
  expect(await faultsOf(path.join(folder, 'none.mp4'), SOURCE)).toEqual([
    expect.stringMatching(/^nobody could read it/),
  ]);
});
