import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { expectedPlacement } from '../../../src/activities/acquisition/placement.js';
import type { TagWish } from '../../../src/domain/acquisition/tag-wish.js';
import { commitImport, planImport } from '../../../src/store/acquisition/imports.js';
import { storeJob } from '../../support/stored-job.js';
import { createFixture, type Fixture } from './fixture.js';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await createFixture();
  await mkdir(path.join(fixture.folder, 'library', 'Books2'));
});

afterAll(() => fixture.close());

/** An import of one book and its cover. */
async function imported(target: string, modes: { book: string; cover: string }): Promise<void> {
  const { db } = fixture.deps;
  const { id: jobId } = await storeJob(db);
  await planImport(db, { jobId, requestId: null, target, manifest: {} });
  const file = { sizeBytes: 1, sha256: '0' };
  await commitImport(db, {
    jobId,
    files: [
      { ...file, path: `${target}/cover.jpg`, mode: modes.cover, durationSeconds: null },
      { ...file, path: `${target}/book.m4b`, mode: modes.book, durationSeconds: 60 },
    ],
  });
}

const placementIn = (root: string, writeTags: TagWish = 'never') =>
  expectedPlacement(fixture.deps.db, { roots: fixture.deps.roots, library: { root }, writeTags });

describe('how the next import is likely to place its files', () => {
  it('is a link on one disk until an import had to copy its media, in this library and no other', async () => {
    expect(await placementIn('library:Books')).toBe('link');
    await imported('library:Books/One', { book: 'hardlink', cover: 'copy' });
    expect(await placementIn('library:Books')).toBe('link');
    await imported('library:Books2/One', { book: 'copy', cover: 'copy' });
    expect(await placementIn('library:Books')).toBe('link');
    expect(await placementIn('library:Books2')).toBe('copy');
    expect(await placementIn('library:')).toBe('copy');
  });

  it('is a copy where tags make one of what would be a link, or of what shared its bytes with the download', async () => {
    expect(await placementIn('library:Books', 'copies')).toBe('link');
    expect(await placementIn('library:Books', 'always')).toBe('copy');
    await imported('library:Books/Two', { book: 'reflink', cover: 'copy' });
    expect(await placementIn('library:Books', 'never')).toBe('link');
    expect(await placementIn('library:Books', 'copies')).toBe('copy');
  });

  it('is another disk for a library that is not there', async () => {
    expect(await placementIn('library:Nowhere')).toBe('other_disk');
    expect(await placementIn('library:Nowhere', 'always')).toBe('other_disk');
  });
});
