import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { steps } from '../../../src/activities/acquisition/merge-wish-steps.js';
import { findItemByPath } from '../../../src/store/acquisition/library-items.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { runCli, type Ran } from '../run-cli.js';

let core: TestCore;
let api: TestApi;

beforeAll(async () => {
  core = await startTestCore();
  api = await startTestApi({ parts: core.parts });
  await shelve(false);
});

afterAll(async () => {
  await api.stop();
  await core.stop();
});

function shelve(mergeChapters: boolean): Promise<void> {
  const library = {
    id: 'shelf',
    name: 'Shelf',
    kind: 'folder',
    root: 'library:Shelf',
    enabled: true,
  } as const;
  const rest = { pathTemplate: '{author}/{title}', mediaTypes: ['audiobook'], mergeChapters };
  return saveLibrary(core.parts.db, { ...library, ...rest });
}

function at(book: string, name = ''): string {
  return path.join(core.parts.roots.folderOf('library'), 'Shelf', book, name);
}

async function makeBook(book: string, files: number): Promise<void> {
  await mkdir(at(book), { recursive: true });
  for (let number = 1; number <= files; number += 1) {
    await core.parts.media.run({
      inputs: [{ lavfi: 'sine=duration=1' }],
      output: at(book, `${number}.mp3`),
      options: [],
      signal: AbortSignal.timeout(30_000),
    });
  }
}

const run = (...argv: string[]): Promise<Ran> =>
  runCli(['library', ...argv], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.operator } });

describe('longplay library merge', () => {
  it('tells what it would merge, merges, and the bin gives the separate files back', async () => {
    await makeBook('Author/Whole Again', 3);
    const dry = await run('merge', 'shelf', 'Author/Whole Again', '--dry-run');
    expect(dry.stdout).toContain('Whole Again.m4b: 3 files, 3 chapters, 3 s, encoded as AAC');
    expect(await readdir(at('Author/Whole Again'))).toEqual(['1.mp3', '2.mp3', '3.mp3']);

    const merged = await run('merge', 'shelf', 'Author/Whole Again');
    expect(merged).toMatchObject({ status: 0 });
    expect(await readdir(at('Author/Whole Again'))).toEqual(['Whole Again.m4b']);
    const item = await findItemByPath(core.parts.db, { libraryId: 'shelf', path: 'Author/Whole Again' });
    expect(item?.files.map((file) => file.path)).toEqual(['Whole Again.m4b']);

    const listed = (await run('recycle', 'list')).stdout;
    const [, jobId = ''] = /(merge_chapters-\w+)/.exec(listed) ?? [];
    expect((await run('recycle', 'restore', '--job', jobId)).stdout.match(/Restored/g)).toHaveLength(3);
    expect(await readdir(at('Author/Whole Again'))).toEqual(['1.mp3', '2.mp3', '3.mp3', 'Whole Again.m4b']);
  });

  it('ends with 1 and says what is wrong with a folder', async () => {
    await makeBook('Author/Single', 1);
    const told = await run('merge', 'shelf', 'Author/Single');
    expect(told.status).toBe(1);
    expect(told.stdout).toContain('Expected two files of sound or more to merge, got 1');
  });
});

describe('a merge after an import', () => {
  it('is for libraries that wish it, and for three files or more in one format', async () => {
    await makeBook('Author/Three', 3);
    await makeBook('Author/Two', 2);
    await makeBook('Author/Nested/Inner', 3);
    const { wishMerge } = steps.create(core.parts);
    const wish = (folder: string, files: number): Promise<{ merge: boolean }> =>
      wishMerge({ libraryId: 'shelf', folder, files }, stepOf());
    expect(await wish('Author/Three', 3)).toEqual({ merge: false });
    await shelve(true);
    expect(await wish('Author/Three', 3)).toEqual({ merge: true });
    // Sidecars and a cover are files of an import too.
    expect(await wish('Author/Two', 5)).toEqual({ merge: false });
    expect(await wish('Author/Nested', 3)).toEqual({ merge: false });
  });
});
