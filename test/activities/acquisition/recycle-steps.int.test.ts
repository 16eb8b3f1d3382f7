import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { recycleFile, restoreFile, whyNotRestored } from '../../../src/activities/acquisition/recycle.js';
import { steps, type EmptiedBin } from '../../../src/activities/acquisition/recycle-steps.js';
import { listRecycled, type RecycledRow } from '../../../src/store/acquisition/recycled-files.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';

let fixture: Fixture;
const library = { id: LIBRARY, root: 'library:Books' };
const file = 'Author/Book/01.mp3';

beforeAll(async () => {
  fixture = await createFixture();
});

afterEach(async () => {
  await fixture.deps.db.query('delete from recycled_files');
  await rm(fixture.library, { recursive: true, force: true });
  await mkdir(fixture.library);
});

afterAll(() => fixture.close());

function at(...names: string[]): string {
  return path.join(fixture.library, ...names);
}

async function recycle(from: string, { jobId = 'job-1', text = from } = {}): Promise<void> {
  await mkdir(path.dirname(at(from)), { recursive: true });
  await writeFile(at(from), text);
  await recycleFile(fixture.deps, { library, from, why: 'deleted', jobId });
}

function rows(all = false): Promise<RecycledRow[]> {
  return listRecycled(fixture.deps.db, { all, limit: 100 });
}

async function only(): Promise<RecycledRow> {
  const [row, ...others] = await rows(true);
  if (row === undefined || others.length > 0) throw new Error('Expected one row');
  return row;
}

function empty(own: { dryRun?: boolean; olderThanDays?: number } = {}): Promise<EmptiedBin> {
  return steps.create(fixture.deps).emptyRecycleBin({ dryRun: false, olderThanDays: 30, ...own }, stepOf());
}

function age(days: number): Promise<unknown> {
  return fixture.deps.db.query(`update recycled_files set recycled_at = now() - $1 * interval '1 day'`, [
    days,
  ]);
}

function hostOf({ binPath }: RecycledRow): string {
  return fixture.deps.roots.resolve(binPath);
}

describe('recycleFile', () => {
  it('moves the file by its day and id, and tells what, from where and by whom', async () => {
    await recycle(file);
    const row = await only();
    expect(row).toMatchObject({
      ...{ libraryId: LIBRARY, root: 'library:Books', fromPath: `library:Books/${file}` },
      ...{ bytes: file.length, why: 'deleted', jobId: 'job-1', restoredAt: null, expiredAt: null },
    });
    const today = new Date().toISOString().slice(0, 10);
    expect(row.binPath).toBe(`library:Books/.longplay-recycle/${today}/${row.id}/${file}`);
    expect(await readFile(hostOf(row), 'utf8')).toBe(file);
    expect(existsSync(at(file))).toBe(false);
  });

  it('does nothing twice, nor again for a file that has come since', async () => {
    await recycle(file);
    await recycle(file, { text: 'another' });
    expect((await rows()).length).toBe(1);
    expect(await readFile(at(file), 'utf8')).toBe('another');
  });

  it('goes on after a kill between the move and its record', async () => {
    await recycle(file);
    await fixture.deps.db.query('update recycled_files set recycled_at = null');
    expect(await rows()).toEqual([]);
    await recycleFile(fixture.deps, { library, from: file, why: 'deleted', jobId: 'job-1' });
    expect((await only()).recycledAt).toBeInstanceOf(Date);
  });

  it('leaves no row for a file that is not there', async () => {
    await recycleFile(fixture.deps, { library, from: 'none.mp3', why: 'deleted', jobId: 'job-1' });
    const { rows: left } = await fixture.deps.db.query('select from recycled_files');
    expect(left).toEqual([]);
  });

  it('refuses a path that leaves the library', async () => {
    const outside = { library, from: '../../etc/passwd', why: 'deleted', jobId: 'job-1' } as const;
    await expect(recycleFile(fixture.deps, outside)).rejects.toMatchObject({ kind: 'bad_input' });
  });
});

describe('restoreFile', () => {
  it('puts the file back once', async () => {
    await recycle(file);
    const row = await only();
    expect(await whyNotRestored(fixture.deps, row)).toBeUndefined();
    await restoreFile(fixture.deps, row);
    expect(await readFile(at(file), 'utf8')).toBe(file);
    expect((await only()).restoredAt).toBeInstanceOf(Date);
    expect(await rows()).toEqual([]);
    await expect(restoreFile(fixture.deps, await only())).rejects.toThrow('it was restored');
  });

  it('refuses where another file has come, and says so before', async () => {
    await recycle(file);
    await writeFile(at(file), 'another');
    const row = await only();
    expect(await whyNotRestored(fixture.deps, row)).toMatchObject({ kind: 'bad_input' });
    await expect(restoreFile(fixture.deps, row)).rejects.toMatchObject({ kind: 'bad_input' });
    await rm(at(file));
    await restoreFile(fixture.deps, await only());
    expect(await readFile(at(file), 'utf8')).toBe(file);
  });

  it('tells of a file that somebody took out of the bin', async () => {
    await recycle(file);
    const row = await only();
    await rm(hostOf(row));
    expect(await whyNotRestored(fixture.deps, row)).toMatchObject({ kind: 'gone' });
    await expect(restoreFile(fixture.deps, row)).rejects.toMatchObject({ kind: 'gone' });
  });
});

describe('emptyRecycleBin', () => {
  it('removes what is old enough; a dry run tells the same and removes nothing', async () => {
    await recycle('Author/Book/old.mp3');
    await age(31);
    await recycle('Author/Book/new.mp3');
    const told = { removed: 1, bytes: 'Author/Book/old.mp3'.length, failed: [] };
    const details = [expect.objectContaining({ path: 'library:Books/Author/Book/old.mp3' })];
    expect(await empty({ dryRun: true })).toMatchObject({ ...told, details });
    expect((await rows()).length).toBe(2);
    const [old] = (await rows()).filter(({ fromPath }) => fromPath.endsWith('old.mp3'));
    expect(await empty()).toMatchObject({ ...told, details });
    expect(old !== undefined && existsSync(hostOf(old))).toBe(false);
    expect((await rows()).map(({ fromPath }) => fromPath)).toEqual(['library:Books/Author/Book/new.mp3']);
    expect(await empty()).toMatchObject({ removed: 0 });
    expect(await empty({ olderThanDays: 0 })).toMatchObject({ removed: 1 });
  });

  it('ends what a kill between removal and record has left', async () => {
    await recycle(file);
    await age(40);
    await rm(hostOf(await only()));
    await mkdir(at('.longplay-recycle'), { recursive: true });
    expect(await empty()).toMatchObject({ removed: 1 });
    expect((await only()).expiredAt).toBeInstanceOf(Date);
  });

  it('leaves a library alone whose disk is away, though its mount point is there', async () => {
    await recycle(file);
    await age(40);
    await rename(at('.longplay-recycle'), path.join(fixture.folder, 'away'));
    expect(await empty()).toMatchObject({ removed: 0, failed: [LIBRARY] });
    await rename(path.join(fixture.folder, 'away'), at('.longplay-recycle'));
    expect(await empty()).toMatchObject({ removed: 1, failed: [] });
  });

  it('forgets after 90 days what has left the bin', async () => {
    await recycle(file);
    await restoreFile(fixture.deps, await only());
    await empty();
    expect(await rows(true)).toHaveLength(1);
    await fixture.deps.db.query(`update recycled_files set restored_at = now() - interval '91 days'`);
    await empty({ dryRun: true });
    expect(await rows(true)).toHaveLength(1);
    await empty();
    expect(await rows(true)).toEqual([]);
  });

  it('sets right the rows of moves whose job never came back', async () => {
    await recycle(file);
    await recycle('Author/Book/02.mp3');
    await fixture.deps.db.query(
      `update recycled_files set recycled_at = null, asked_at = now() - interval '2 hours'`,
    );
    const { rows: begun } = await fixture.deps.db.query<{ path: string }>(
      `select bin_path as path from recycled_files where from_path like '%02.mp3'`,
    );
    await rm(fixture.deps.roots.resolve(begun[0]?.path ?? ''));
    await empty();
    expect((await rows()).map(({ fromPath }) => fromPath)).toEqual([`library:Books/${file}`]);
  });
});
