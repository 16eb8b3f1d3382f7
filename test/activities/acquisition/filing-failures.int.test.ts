import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { prepareCover } from '../../../src/activities/acquisition/cover.js';
import { publishSet } from '../../../src/integrations/files/publish-set.js';
import { setOf } from '../../integrations/files/sets.js';
import { canMount, createDisks } from '../../support/disks.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';

let fixture: Fixture;
/** A sound with a picture inside. */
let sound: string;
const disks = createDisks();

beforeAll(async () => {
  fixture = await createFixture();
  const [plain, picture] = ['plain.mp3', 'picture.png'].map((name) => path.join(fixture.folder, name));
  sound = path.join(fixture.folder, 'sound.mp3');
  if (plain === undefined || picture === undefined) throw new Error('unreachable');
  await fixture.makeSound(plain);
  const { signal } = new AbortController();
  const { run } = fixture.deps.media;
  const one = ['-frames:v', '1', '-update', '1'];
  await run({ inputs: [{ lavfi: 'testsrc=size=64x64:duration=1' }], output: picture, options: one, signal });
  await run({
    inputs: [{ path: plain }, { path: picture }],
    output: sound,
    options: ['-map', '0:a', '-map', '1:v', '-c', 'copy', '-disposition:v', 'attached_pic'],
    signal,
  });
});

afterEach(() => {
  disks.unmountAll();
});

afterAll(() => fixture.close());

describe('a download folder that nothing can be written to', () => {
  (canMount ? it : it.skip).each(['read-only', 'full'])(
    'is filed with the cover of its file all the same, and stays as it is: %s (no. 37)',
    async (state) => {
      const source = path.join(fixture.folder, 'downloads', state);
      await disks.mountTmpfs(source, '1m');
      await copyFile(sound, path.join(source, '1.mp3'));
      if (state === 'read-only') disks.remount(source, 'ro');
      else
        await expect(writeFile(path.join(source, 'rest'), Buffer.alloc(2_000_000))).rejects.toThrow('ENOSPC');
      const before = await readdir(source);

      const step = stepOf({ jobId: `job-${state}` });
      const media = [{ from: '1.mp3', name: 'Book.mp3', sizeBytes: 1, durationSeconds: 2 }];
      const sourceOf = (from: string): string => path.join(source, from);
      const cover = await prepareCover(fixture.deps, { plan: { pictures: [], media }, sourceOf, step });
      expect(cover).toMatchObject({ name: 'cover.png' });
      const target = { root: fixture.library, path: `Author/${state}`, kept: '' };
      const files = [
        ...(cover === undefined ? [] : [cover]),
        { name: 'Book.mp3', source: sourceOf('1.mp3') },
      ];
      await mkdir(fixture.library, { recursive: true });
      const published = await publishSet(setOf(files, target));
      expect(published.map(({ name }) => name)).toEqual(['cover.png', 'Book.mp3']);
      expect(await readdir(source)).toEqual(before);
    },
  );
});
