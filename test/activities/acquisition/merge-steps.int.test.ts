import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  steps,
  type MergedChapters,
  type MergeSteps,
  type PlannedMerge,
} from '../../../src/activities/acquisition/merge-steps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import type { MediaDescription } from '../../../src/media/probe.js';
import { listRecycled } from '../../../src/store/acquisition/recycled-files.js';
import { insertJob } from '../../../src/store/jobs.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';

const BOOK = 'Some Author/Some Book';
const ASIN = 'B0123456789'.slice(0, 10);
const SIDECAR = {
  ...{ title: 'Some Book', authors: ['Some Author'], narrators: ['Some Narrator'], series: ['A Series #2'] },
  ...{ publishedYear: '1895', asin: ASIN, chapters: [] },
};

let fixture: Fixture;
/** Sounds of three and two seconds by extension, made once. */
let sounds: string;
let jobId: string;
let merging: MergeSteps;

beforeAll(async () => {
  fixture = await createFixture();
  sounds = path.join(fixture.folder, 'sounds');
  for (const extension of ['mp3', 'm4a']) {
    await fixture.makeSound(path.join(sounds, `long.${extension}`), { seconds: 3 });
    await fixture.makeSound(path.join(sounds, `short.${extension}`), { tags: { genre: 'Novel' } });
  }
  await fixture.deps.media.run({
    inputs: [{ lavfi: 'testsrc=size=64x64:duration=1' }],
    output: path.join(sounds, 'picture.png'),
    options: ['-frames:v', '1', '-update', '1'],
    signal: AbortSignal.timeout(30_000),
  });
}, 60_000);

beforeEach(async () => {
  merging = steps.create(fixture.deps);
  jobId = await startJob();
  await mkdir(at(), { recursive: true });
});

afterEach(async () => {
  await fixture.deps.db.query('delete from jobs');
  await fixture.deps.db.query('delete from recycled_files');
  for (const name of await readdir(fixture.library)) {
    if (name !== '.longplay-root') await rm(path.join(fixture.library, name), { recursive: true });
  }
});

afterAll(() => fixture.close());

async function startJob(): Promise<string> {
  const id = `merge_chapters-${randomUUID().slice(0, 8)}`;
  const { policy } = fixture.deps.catalogue.find('merge_chapters');
  const job = { id, type: 'merge_chapters', title: 'Merge it', params: {}, priority: 5, policy };
  const rest = { subject: undefined, dedupeKey: null, parentId: undefined, createdBy: 'test' };
  await insertJob(fixture.deps.db, { ...job, ...rest });
  return id;
}

function at(...names: string[]): string {
  return path.join(fixture.library, BOOK, ...names);
}

/** Files of the book: a sound, or a text of its own. */
async function shelve(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    const isSound = /^(long|short|picture)\.\w+$/.test(content);
    if (isSound) await copyFile(path.join(sounds, content), at(name));
    else await writeFile(at(name), content);
  }
}

function plan(own: Partial<StepContext> = {}, folder = BOOK): Promise<PlannedMerge> {
  return merging.planChapterMerge({ libraryId: LIBRARY, path: folder }, stepOf({ jobId, ...own }));
}

async function merge(own: Partial<StepContext> = {}): Promise<MergedChapters> {
  await plan();
  return merging.mergeChapters({}, stepOf({ jobId, ...own }));
}

/** Everything of the book, hidden names too. */
async function names(): Promise<string[]> {
  return (await readdir(at(), { recursive: true })).sort();
}

async function binned(): Promise<string[]> {
  const rows = await listRecycled(fixture.deps.db, { all: false, limit: 100 });
  return rows.map(({ fromPath }) => fromPath.slice(`library:Books/${BOOK}/`.length)).sort();
}

function read(name = 'Some Book.m4b'): Promise<MediaDescription> {
  return fixture.deps.media.probe(at(name), AbortSignal.timeout(30_000));
}

describe('a merge of chapters', () => {
  it('makes one M4B in reading order with chapters, tags and cover; the separate files go to the bin', async () => {
    await shelve({
      'CD2/01.mp3': 'short.mp3',
      'CD1/02 - The Storm.mp3': 'short.mp3',
      'CD1/01 - The Sea.mp3': 'long.mp3',
      'metadata.json': JSON.stringify(SIDECAR),
      'cover.png': 'picture.png',
    });
    const progress: number[] = [];
    const told = await merge({ progress: ({ done }) => progress.push(done) });
    expect(told).toMatchObject({ name: 'Some Book.m4b', files: 3, chapters: 3, seconds: 7, sound: 'aac' });
    expect(await names()).toEqual(['Some Book.m4b', 'cover.png', 'metadata.json']);
    expect(await binned()).toEqual(['CD1/01 - The Sea.mp3', 'CD1/02 - The Storm.mp3', 'CD2/01.mp3']);
    const { durationSeconds, chapters, hasCover, streams, sizeBytes } = await read();
    expect(durationSeconds).toBeCloseTo(7, 0);
    expect(hasCover).toBe(true);
    expect(streams[0]).toMatchObject({ codec: 'aac', channels: 1, sampleRate: 44_100 });
    expect(chapters.map(({ title, startSeconds }) => [title, Math.round(startSeconds)])).toEqual([
      ['The Sea', 0],
      ['The Storm', 3],
      ['Chapter 3', 5],
    ]);
    expect(told.bytes).toBe(sizeBytes);
    expect(progress.at(-1)).toBeGreaterThan(5);
  });

  it('no. 48 metadata silently not embedded: the ASIN and every tag are read back, or the separate files stay', async () => {
    await shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3', 'metadata.json': JSON.stringify(SIDECAR) });
    await merge();
    expect((await read()).tags).toMatchObject({
      ...{ asin: ASIN, title: 'Some Book', album: 'Some Book', artist: 'Some Author', date: '1895' },
      ...{ album_artist: 'Some Author', composer: 'Some Narrator', show: 'A Series', episode_id: '2' },
    });
    expect((await read()).tags['keywords']).toBeUndefined();

    await rm(at(), { recursive: true });
    await shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3', 'metadata.json': JSON.stringify(SIDECAR) });
    const { media } = fixture.deps;
    for (const lost of ['asin', 'composer']) {
      jobId = await startJob();
      // A stand-in for a version of FFmpeg that drops a tag without a word.
      merging = steps.create({
        ...fixture.deps,
        media: {
          ...media,
          probe: async (file, signal) => {
            const described = await media.probe(file, signal);
            return { ...described, tags: { ...described.tags, [lost]: '' } };
          },
        },
      });
      await expect(merge()).rejects.toThrow(`Expected the tags ${lost} as they were written, they are not`);
      expect(await names()).toEqual(['1.mp3', '2.mp3', 'metadata.json']);
    }
  });

  it('no. 49 shell injection by file name: names are names, whatever stands in them', async () => {
    const odd = [
      '1 $(touch pwned).mp3',
      "2 '; touch pwned; '.mp3",
      '3 "`touch pwned`" | & > %d.mp3',
      '4 line\nbreak.mp3',
      '5 -y.mp3',
    ];
    await shelve(Object.fromEntries(odd.map((name) => [name, 'short.mp3'])));
    expect(await merge()).toMatchObject({ files: 5, chapters: 5, seconds: 10 });
    expect(await names()).toEqual(['Some Book.m4b']);
    expect(await binned()).toEqual(odd);
    expect((await read()).chapters.map(({ title }) => title)).toEqual([
      '$(touch pwned)',
      "'; touch pwned; '",
      '"`touch pwned`" | & > %d',
      'line break',
      'y',
    ]);
    expect(existsSync('pwned') || existsSync(at('pwned'))).toBe(false);
  });

  it('copies equal sound without a loss, and keeps the chapters and the cover that are inside', async () => {
    const parts = path.join(fixture.folder, 'parts.m4b');
    const metadata = path.join(fixture.folder, 'inner.txt');
    await writeFile(
      metadata,
      ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Inner\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=3000\ntitle=Outer\n',
    );
    await fixture.deps.media.run({
      inputs: [
        { path: path.join(sounds, 'long.m4a') },
        { path: metadata, formats: ['ffmetadata'] },
        { path: path.join(sounds, 'picture.png') },
      ],
      output: parts,
      options: [
        ...['-map', '0:a', '-map', '2:v', '-map_chapters', '1', '-c', 'copy'],
        ...['-disposition:v:0', 'attached_pic'],
      ],
      signal: AbortSignal.timeout(30_000),
    });
    await mkdir(at(), { recursive: true });
    await copyFile(parts, at('Part 1.m4b'));
    await copyFile(path.join(sounds, 'short.m4a'), at('Part 2.m4b'));
    expect(await merge()).toMatchObject({ sound: 'copy', chapters: 3, seconds: 5 });
    const { chapters, hasCover, tags } = await read();
    expect(chapters.map(({ title }) => title)).toEqual(['Inner', 'Outer', 'Part 2']);
    expect(hasCover).toBe(true);
    expect(tags).toMatchObject({ title: 'Some Book' });
    expect(await names()).toEqual(['Some Book.m4b']);
  });

  it('takes the library’s name only: a download that is seeded from the same file keeps it', async () => {
    await shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3' });
    const seeding = path.join(fixture.folder, 'downloads', 'seeding.mp3');
    await link(at('1.mp3'), seeding);
    const before = await readFile(seeding);
    await merge();
    expect(await names()).toEqual(['Some Book.m4b']);
    expect((await readFile(seeding)).equals(before)).toBe(true);
    await fixture.deps.db.query('select 1');
    expect((await stat(seeding)).nlink).toBe(2);
    await rm(seeding);
  });

  it('stands in the manifest of the import for the files that it replaces', async () => {
    await shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3', 'metadata.json': '{}' });
    const folder = `library:Books/${BOOK}`;
    const filed = ['metadata.json', '1.mp3', '2.mp3'].map((name) => ({
      ...{ path: `${folder}/${name}`, sizeBytes: 1, sha256: 'x', mode: 'hardlink', durationSeconds: 1 },
    }));
    await fixture.deps.db.query(
      `insert into imports (job_id, target, manifest, committed_at) values ($1, $2, $3, now())`,
      [jobId, folder, JSON.stringify({ files: filed })],
    );
    const { bytes } = await merge();
    const { rows } = await fixture.deps.db.query<{ files: object[] }>(
      `select manifest->'files' as files from imports where job_id = $1`,
      [jobId],
    );
    expect(rows[0]?.files).toEqual([
      filed[0],
      expect.objectContaining({
        ...{ path: `${folder}/Some Book.m4b`, sizeBytes: bytes, mode: 'hardlink' },
      }),
    ]);
  });
});

describe('a merge of other sound', () => {
  it('begins chapters where they begin, though an MP3 without a header only guesses its duration', async () => {
    const output = at('1.mp3');
    // Ten seconds that cost little, then twenty that cost much: by its first frames it would be longer.
    await fixture.deps.media.run({
      inputs: [{ lavfi: "aevalsrc='if(lt(t,10),0,random(0)-0.5)':d=30" }],
      output,
      options: ['-q:a', '2', '-write_xing', '0'],
      signal: AbortSignal.timeout(30_000),
    });
    expect(Math.abs((await read('1.mp3')).durationSeconds - 30)).toBeGreaterThan(2);
    await shelve({ '2.mp3': 'long.mp3' });
    expect(await merge()).toMatchObject({ seconds: 33 });
    const { chapters, durationSeconds } = await read();
    expect(Math.abs((chapters[1]?.startSeconds ?? 0) - 30)).toBeLessThan(0.3);
    expect(Math.abs(durationSeconds - 33)).toBeLessThan(0.3);
  });

  it.each(['flac', 'ogg', 'opus', 'wav', 'aac', 'wma', 'mka', 'aiff'])('takes %s', async (extension) => {
    for (const [name, rate] of [
      ['1', 48_000],
      ['2', 24_000],
    ] as const) {
      const sine = `sine=duration=2:sample_rate=${rate}`;
      const output = at(`${name}.${extension}`);
      const options = ['-ar', String(extension === 'opus' ? 48_000 : rate)];
      await fixture.deps.media.run({
        inputs: [{ lavfi: sine }],
        ...{ output, options, signal: AbortSignal.timeout(30_000) },
      });
    }
    expect(await merge()).toMatchObject({ sound: 'aac', files: 2, chapters: 2, seconds: 4 });
    expect((await read()).durationSeconds).toBeCloseTo(4, 0);
    expect((await read()).streams[0]).toMatchObject({ codec: 'aac', sampleRate: 48_000 });
  });
});

describe('a merge that cannot be', () => {
  it.each([
    [{ '1.mp3': 'long.mp3' }, 'Expected two files of sound or more to merge, got 1'],
    [{ '1.mp3': 'long.mp3', '2.m4a': 'long.m4a' }, 'Expected files in one format, got .m4a, .mp3'],
    [
      { 'One/1.mp3': 'long.mp3', 'Two/1.mp3': 'long.mp3' },
      'Expected the folder of one book, it has another one in One',
    ],
    [{ '1.mp3': 'long.mp3', '2 - Second/1.mp3': 'long.mp3' }, 'it has another one in 2 - Second'],
    [
      { 'CD1/1.mp3': 'long.mp3', 'CD2/1.mp3': 'long.mp3', 'CD2/metadata.json': '{}' },
      'it has another one in CD2',
    ],
    [
      { 'CD1/Book/1.mp3': 'long.mp3', '1.mp3': 'long.mp3', '2.mp3': 'long.mp3' },
      'it has another one in CD1/Book',
    ],
    [
      {
        '1.mp3': 'long.mp3',
        '2.mp3': 'long.mp3',
        'some book.m4b.txt': '',
        'SOME BOOK.M4B': 'long.m4a',
      },
      'Expected files in one format',
    ],
  ])('says why, and changes nothing (%#)', async (files, words) => {
    await shelve(files);
    const before = await names();
    await expect(plan()).rejects.toThrow(words);
    expect(await names()).toEqual(before);
  });

  it.each(['', '/', '../Books', '.hidden/Book', 'Some Author/../../x'])(
    'takes no folder "%s"',
    async (folder) => {
      await expect(plan({}, folder)).rejects.toMatchObject({ kind: 'bad_input' });
    },
  );

  it('takes another name where a source has its own', async () => {
    await shelve({ 'Some Book.m4b': 'long.m4a', 'some book 2.m4b': 'short.m4a' });
    expect(await merge()).toMatchObject({ name: 'Some Book (merged).m4b' });
    expect(await names()).toEqual(['Some Book (merged).m4b']);
  });

  it('leaves the separate files when a source was changed since, or is shorter than it says', async () => {
    await shelve({ '1.m4a': 'long.m4a', '2.m4a': 'short.m4a' });
    await plan();
    await writeFile(at('2.m4a'), 'changed');
    await expect(merging.mergeChapters({}, stepOf({ jobId }))).rejects.toThrow('2.m4a was changed since');

    jobId = await startJob();
    await shelve({ '2.m4a': 'short.m4a' });
    const { media } = fixture.deps;
    // The header of a file that was cut off promises more than it holds.
    const probe: typeof media.probe = async (file, signal) => {
      const described = await media.probe(file, signal);
      return file.endsWith('1.m4a') ? { ...described, durationSeconds: 30 } : described;
    };
    merging = steps.create({ ...fixture.deps, media: { ...media, probe } });
    await expect(merge()).rejects.toThrow('Expected 30.0 s of sound in 1.m4a, it holds 3.0 s');
    expect(await names()).toEqual(['1.m4a', '2.m4a']);
  });

  it('tells a person of a full disk by waiting', async () => {
    await shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3' });
    const { media } = fixture.deps;
    const probe: typeof media.probe = async (file, signal) => ({
      ...(await media.probe(file, signal)),
      durationSeconds: 1e12,
    });
    merging = steps.create({ ...fixture.deps, media: { ...media, probe } });
    await plan({});
    await fixture.deps.db.query(
      `update chapter_merges set plan = jsonb_set(plan, '{files,0,durationSeconds}', '1e13')`,
    );
    await expect(merging.mergeChapters({}, stepOf({ jobId }))).rejects.toMatchObject({
      ...{ kind: 'environment', waitingReason: 'disk_full' },
    });
  });
});

describe('a merge that is interrupted', () => {
  const separate = ['1.mp3', '2.mp3', '3.mp3'];
  beforeEach(() => shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3', '3.mp3': 'short.mp3' }));

  it('ends FFmpeg and leaves no file when it is paused or cancelled, and goes on afterwards', async () => {
    await plan();
    const stop = new AbortController();
    const reason = new Error('paused by a person');
    const progress = (): void => {
      stop.abort(reason);
    };
    await expect(merging.mergeChapters({}, stepOf({ jobId, signal: stop.signal, progress }))).rejects.toBe(
      reason,
    );
    expect(await names()).toEqual(separate);
    expect(await readdir(fixture.deps.roots.folderOf('scratch'))).toEqual([]);
    await merging.discardMerge({}, stepOf({ jobId }));
    expect(await names()).toEqual(separate);
    jobId = await startJob();
    await merge();
    expect(await names()).toEqual(['Some Book.m4b']);
  });

  it('keeps the old files or the new one at every moment, and a repeat ends with the new one alone', async () => {
    let whole = 0;
    for (let calls = 1; ; calls += 1) {
      jobId = await startJob();
      await plan();
      let asked = 0;
      const { db } = fixture.deps;
      // From one query on the database answers nothing any more: as seen from the disk, the attempt was killed there.
      const dying: typeof db = {
        ...db,
        query: (sql, values) => {
          asked += 1;
          return asked >= calls ? Promise.reject(new Error('killed')) : db.query(sql, values);
        },
      };
      const first = steps.create({ ...fixture.deps, db: dying });
      const died = await first.mergeChapters({}, stepOf({ jobId })).then(
        () => false,
        () => true,
      );
      const left = await names();
      if (left.includes('Some Book.m4b')) {
        expect((await read()).durationSeconds).toBeCloseTo(7, 0);
        whole += 1;
      } else expect(left).toEqual(separate);
      // Its worker is gone in the middle of its work: a file of an attempt that nobody ends.
      await writeFile(at(`.Some Book.m4b.partial-${randomUUID()}`), 'half');
      await merging.mergeChapters({}, stepOf({ jobId }));
      expect(await names()).toEqual(['Some Book.m4b']);
      expect(await binned()).toEqual(separate);
      if (!died) break;
      await fixture.deps.db.query('delete from recycled_files');
      await rm(at(), { recursive: true });
      await shelve({ '1.mp3': 'long.mp3', '2.mp3': 'short.mp3', '3.mp3': 'short.mp3' });
    }
    expect(whole).toBeGreaterThan(3);
  }, 120_000);

  it('is brought to its end by the next merge of the folder, when its own job ended in between', async () => {
    await plan();
    let fences = 0;
    const fence = (): Promise<void> =>
      (fences += 1) > 2 ? Promise.reject(new Error('killed')) : Promise.resolve();
    await expect(merging.mergeChapters({}, stepOf({ jobId, fence }))).rejects.toThrow('killed');
    expect(await names()).toEqual([...separate, 'Some Book.m4b'].sort());
    await fixture.deps.db.query(
      `update jobs set outcome_status = 'cancelled', ended_at = now() where id = $1`,
      [jobId],
    );
    jobId = await startJob();
    expect(await merge()).toMatchObject({ files: 3, chapters: 3 });
    expect(await names()).toEqual(['Some Book.m4b']);
    expect(await binned()).toEqual(separate);
  });

  it('ends what it has shown when it is cancelled there, and tidies what it has not', async () => {
    await plan();
    let fences = 0;
    const fence = (): Promise<void> =>
      (fences += 1) > 2 ? Promise.reject(new Error('killed')) : Promise.resolve();
    await expect(merging.mergeChapters({}, stepOf({ jobId, fence }))).rejects.toThrow('killed');
    await writeFile(at(`.Some Book.m4b.partial-${randomUUID()}`), 'half');
    await merging.tidyMerge({}, stepOf({ jobId }));
    expect(await names()).toEqual([...separate, 'Some Book.m4b'].sort());
    await merging.discardMerge({}, stepOf({ jobId }));
    expect(await names()).toEqual(['Some Book.m4b']);
    expect(await binned()).toEqual(separate);
  });
});
