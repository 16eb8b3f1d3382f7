import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import {
  makeAttemptFolder,
  removeAttemptFolder,
  removeAttemptFolders,
} from '../../../src/activities/media/attempt-folder.js';
import { Fault } from '../../../src/domain/faults.js';
import { ROOTS, type Root } from '../../../src/domain/logical-path.js';
import { createRoots, type Roots } from '../../../src/integrations/files/roots.js';
import { stepOf } from '../acquisition/fixture.js';

let folder: string;
let roots: Roots;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-attempts-'));
  const folders = Object.fromEntries(ROOTS.map((root) => [root, path.join(folder, root)]));
  roots = createRoots(folders as Record<Root, string>, { madeBelow: folder });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const left = (): Promise<string[]> => readdir(roots.folderOf('playback'), { recursive: true });

it('an attempt takes away what an earlier one has left, and its own at its end (no. 8)', async () => {
  const [first, second] = [stepOf({ attemptId: 'first' }), stepOf({ attemptId: 'second' })];
  await writeFile(path.join(await makeAttemptFolder({ roots }, 'playback', first), 'made'), 'half');
  await makeAttemptFolder({ roots }, 'playback', second);
  expect(await left()).toEqual(['.partial-job-test', '.partial-job-test/second']);
  await removeAttemptFolder({ roots }, 'playback', second);
  expect(await left()).toEqual([]);
});

it('an attempt that ends late leaves the newer one its files', async () => {
  const [late, newer] = [stepOf({ attemptId: 'late' }), stepOf({ attemptId: 'newer' })];
  await makeAttemptFolder({ roots }, 'playback', late);
  await writeFile(path.join(await makeAttemptFolder({ roots }, 'playback', newer), 'made'), 'half');
  await removeAttemptFolder({ roots }, 'playback', late);
  expect(await left()).toContain('.partial-job-test/newer/made');
});

it('an attempt that begins late, when it owns the step no more, removes nothing', async () => {
  await makeAttemptFolder({ roots }, 'playback', stepOf({ attemptId: 'newer' }));
  const fence = (): Promise<void> => Promise.reject(new Fault('superseded', 'of another attempt'));
  const late = makeAttemptFolder({ roots }, 'playback', stepOf({ attemptId: 'late', fence }));
  await expect(late).rejects.toMatchObject({ kind: 'superseded' });
  expect(await left()).toContain('.partial-job-test/newer');
  await removeAttemptFolders({ roots }, 'playback', 'job-test');
  expect(await left()).toEqual([]);
});
