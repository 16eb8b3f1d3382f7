import { copyFile, mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { steps, type ImportSteps } from '../../../src/activities/acquisition/import-steps.js';
import { steps as mergeSteps } from '../../../src/activities/acquisition/merge-steps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import type { TagWish } from '../../../src/domain/acquisition/tag-wish.js';
import { Fault } from '../../../src/domain/faults.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import type { MediaDescription } from '../../../src/media/probe.js';
import { readId3 } from '../../../src/media/tags/id3-frames.js';
import type { MediaTools } from '../../../src/media/tools.js';
import { findImport } from '../../../src/store/acquisition/imports.js';
import { insertJob } from '../../../src/store/jobs.js';
import { freeform } from '../../media/tags/atoms.js';
import { frame, id3 } from '../../media/tags/id3.js';
import { canMount, createDisks } from '../../support/disks.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';
import { saveImportClient, startImportJob } from './import-job.js';

const BOOK: MediaItem = {
  ...{ mediaType: 'audiobook', title: 'Some Book', author: 'Some Author', narrator: 'A Narrator' },
  ...{ series: 'A Series', seriesPart: '2', year: 1895, asin: 'B000000001' },
};
const FOLDER = 'Some Author/Some Book';
const WRITTEN = {
  ...{ title: 'Some Book', album: 'Some Book', artist: 'Some Author', album_artist: 'Some Author' },
  ...{ composer: 'A Narrator', date: '1895', asin: 'B000000001' },
};
const CHAPTERS = `;FFMETADATA1
title=Old title
genre=Novel
comment=two words; and = more
keywords=one two
[CHAPTER]
TIMEBASE=1/1
START=0
END=1
title=The Sea
[CHAPTER]
TIMEBASE=1/1
START=1
END=2
title=The Storm
`;

let fixture: Fixture;
/** Sounds of two seconds, made once. */
let sounds: string;
let importing: ImportSteps;
let downloadId: string;
let jobId: string;
const disks = createDisks();

beforeAll(async () => {
  fixture = await createFixture();
  sounds = path.join(fixture.folder, 'sounds');
  const { run } = fixture.deps.media;
  const signal = AbortSignal.timeout(60_000);
  for (const name of ['plain.mp3', 'plain.m4a', 'plain.wav'])
    await fixture.makeSound(path.join(sounds, name), { tags: { genre: 'Novel' } });
  const [picture, chapters] = [path.join(sounds, 'picture.png'), path.join(sounds, 'chapters.txt')];
  const one = ['-frames:v', '1', '-update', '1'];
  await run({ inputs: [{ lavfi: 'testsrc=size=64x64:duration=1' }], output: picture, options: one, signal });
  await writeFile(chapters, CHAPTERS);
  for (const [extension, codec, hasCover] of [
    ['m4b', 'aac', true],
    ['mp3', 'libmp3lame', true],
    ['flac', 'flac', true],
    ['opus', 'libopus', false],
    ['ogg', 'libvorbis', false],
  ] as const) {
    await run({
      inputs: [
        { path: path.join(sounds, 'plain.wav') },
        { path: chapters, formats: ['ffmetadata'] },
        { path: picture },
      ],
      output: path.join(sounds, `rich.${extension}`),
      options: [
        ...[
          '-map',
          '0:a',
          ...(hasCover ? ['-map', '2:v', '-c:v', 'copy', '-disposition:v', 'attached_pic'] : []),
        ],
        ...['-map_metadata', '1', '-map_chapters', '1', '-c:a', codec],
        ...(extension === 'm4b' ? ['-f', 'ipod'] : []),
      ],
      signal,
    });
  }
  await saveImportClient(fixture.deps.db);
  importing = stepsWith(fixture.deps.media);
}, 120_000);

beforeEach(async () => {
  ({ jobId, downloadId } = await startImportJob(fixture));
  await wish('copies');
});

afterEach(async () => {
  disks.unmountAll();
  await fixture.deps.db.query('delete from jobs');
  await fixture.deps.db.query('delete from root_markers');
  await rm(fixture.library, { recursive: true, force: true });
  await mkdir(fixture.library);
});

afterAll(() => fixture.close());

function stepsWith(media: MediaTools): ImportSteps {
  const { deps } = fixture;
  return steps.create({
    ...deps,
    media,
    integrations: {
      ...deps.integrations,
      keptDownloadClient: (settings) => ({
        ...deps.integrations.downloadClient(settings),
        files: listFolder,
      }),
    },
  });
}

async function listFolder(): Promise<{ path: string; sizeBytes: number; completedBytes: number }[]> {
  const names = await readdir(downloaded());
  return names.map((name) => ({ path: name, sizeBytes: 1, completedBytes: 1 }));
}

async function wish(writeTags: TagWish): Promise<void> {
  await fixture.deps.db.query('update libraries set write_tags = $2 where id = $1', [LIBRARY, writeTags]);
}

function downloaded(...names: string[]): string {
  return path.join(fixture.folder, 'downloads', downloadId, ...names);
}

function filed(name: string): string {
  return path.join(fixture.library, FOLDER, name);
}

async function download(...names: string[]): Promise<void> {
  for (const [index, name] of names.entries())
    await copyFile(path.join(sounds, name), downloaded(`${index + 1}${path.extname(name)}`));
}

/** What a copy to another disk is on this one: no link is made. */
async function downloadApart(...names: string[]): Promise<void> {
  await wish('always');
  await download(...names);
}

async function plan(item: MediaItem = BOOK): Promise<void> {
  const template = { pathTemplate: '{author}/{title}' };
  await fixture.deps.db.query('update libraries set path_template = $2 where id = $1', [
    LIBRARY,
    template.pathTemplate,
  ]);
  await importing.planImport({ downloadId, libraryId: LIBRARY, item, accepted: true }, stepOf({ jobId }));
}

async function file(own: Partial<StepContext> = {}, by = importing): Promise<string[]> {
  const step = stepOf({ jobId, ...own });
  await by.importFiles({ downloadId, libraryId: LIBRARY }, step);
  return step.lines;
}

function probe(hostPath: string): Promise<MediaDescription> {
  return fixture.deps.media.probe(hostPath, AbortSignal.timeout(30_000));
}

async function names(): Promise<string[]> {
  return (await readdir(fixture.library, { recursive: true })).filter((name) => name !== ROOT_MARKER).sort();
}

interface Recorded {
  name: string;
  sha256: string;
  mode: string;
  sourceSha256?: string;
}

async function recorded(name: string): Promise<Recorded | undefined> {
  const verified = (await findImport(fixture.deps.db, jobId))?.verified as Recorded[];
  return verified.find((entry) => entry.name === name);
}

describe('tags that an import writes', () => {
  it.each(['m4b', 'mp3', 'flac', 'opus', 'ogg'])(
    'are read back from a copy in %s with the ASIN; chapters, cover and all other tags stay (no. 48)',
    async (extension) => {
      await downloadApart(`rich.${extension}`);
      const before = await probe(downloaded(`1.${extension}`));
      await plan();
      expect(await file()).toContain('wrote tags into 1 of 1 files');
      const after = await probe(filed(`Some Book.${extension}`));
      const series =
        extension === 'm4b'
          ? { show: 'A Series', episode_id: '2' }
          : { series: 'A Series', 'series-part': '2' };
      expect(after.tags).toMatchObject({ ...withoutEncoder(before.tags), ...WRITTEN, ...series });
      expect(after.tags).toMatchObject({
        genre: 'Novel',
        comment: 'two words; and = more',
        keywords: 'one two',
      });
      // FFmpeg 5.1 writes no chapters into the other two.
      const titles = ['m4b', 'mp3', 'opus'].includes(extension) ? ['The Sea', 'The Storm'] : [];
      expect(after.chapters.map(({ title }) => title)).toEqual(titles);
      expect(after.hasCover).toBe(before.hasCover);
      expect(after.streams.map(({ codec }) => codec).sort()).toEqual(
        before.streams.map(({ codec }) => codec).sort(),
      );
      expect(after.durationSeconds).toBeCloseTo(before.durationSeconds, 1);
    },
  );

  it('stand in an M4B where Apple’s players look, and what FFmpeg has no name for is kept to the byte', async () => {
    await downloadApart('rich.m4b');
    const source = downloaded('1.m4b');
    // Of another program: after the sound, so that no offset changes.
    const isbn = freeform('ISBN', '9780000000002');
    await addTag(source, isbn);
    expect((await probe(source)).tags['isbn']).toBe('9780000000002');
    await plan();
    await file();
    const bytes = await readFile(filed('Some Book.m4b'));
    for (const type of ['nam', 'ART', 'alb', 'wrt', 'day'])
      expect(bytes.includes(Buffer.from(`\u00a9${type}`, 'latin1'))).toBe(true);
    expect(bytes.includes(isbn)).toBe(true);
    expect(bytes.includes('longplay tags')).toBe(false);
    expect((await probe(filed('Some Book.m4b'))).tags).toMatchObject({ isbn: '9780000000002', ...WRITTEN });
  });

  it.each([3, 4] as const)(
    'leave comments, lyrics, ratings and links of an MP3 as other programs wrote them (ID3v2.%s)',
    async (version) => {
      await downloadApart('plain.mp3');
      const theirs: [string, string][] = [
        ...([
          ['COMM', '\0eng\0Read by me'],
          ['USLT', '\0eng\0La la'],
          ['UFID', 'http://x\0abc'],
        ] as const),
        ...([
          ['POPM', 'a@b\0\u0005'],
          ['WXXX', '\0\0http://x'],
          ['TXXX', '\0Mood\0calm'],
        ] as const),
      ].map(([id, body]) => [id, body]);
      const bytes = await readFile(downloaded('1.mp3'));
      const sound = bytes.subarray(bytes.indexOf(Buffer.from([0xff, 0xfb])));
      const tag = id3(
        version,
        theirs.map(([id, body]) => frame(id, body, version)),
      );
      await writeFile(downloaded('1.mp3'), Buffer.concat([tag, sound]));
      await plan();
      expect(await file()).toContain('wrote tags into 1 of 1 files');
      const filedTag = await readId3(filed('Some Book.mp3'));
      expect(filedTag?.version).toBe(version);
      for (const [id, body] of theirs.slice(0, -1))
        expect(filedTag?.frames).toContainEqual({ id, flags: 0, body: Buffer.from(body) });
      const { tags } = await probe(filed('Some Book.mp3'));
      expect(tags).toMatchObject({ ...WRITTEN, mood: 'calm', comment: 'Read by me' });
    },
  );

  it.each([
    ['by its frames', []],
    ['by no frames', ['-write_id3v2', '0', '-write_id3v1', '1']],
  ])(
    'change no length that is guessed: an MP3 of a changing rate without a frame that tells it, tagged %s',
    async (_how, options) => {
      await wish('always');
      await fixture.deps.media.run({
        inputs: [{ lavfi: 'anoisesrc=duration=6:amplitude=0.8,volume=volume=0:enable=gt(t\\,2)' }],
        output: downloaded('1.mp3'),
        options: ['-c:a', 'libmp3lame', '-q:a', '2', '-write_xing', '0', ...options],
        signal: AbortSignal.timeout(30_000),
      });
      const before = await probe(downloaded('1.mp3'));
      expect(Math.abs(before.durationSeconds - 6)).toBeGreaterThan(1);
      await plan();
      expect(await file()).toContain('wrote tags into 1 of 1 files');
      expect((await probe(filed('Some Book.mp3'))).tags).toMatchObject(WRITTEN);
    },
  );

  it('number the files of one book; each keeps its own title, or is called by its number', async () => {
    await downloadApart('rich.mp3', 'plain.mp3');
    await plan();
    await file();
    const [first, second] = [
      await probe(filed('1 - Some Book.mp3')),
      await probe(filed('2 - Some Book.mp3')),
    ];
    expect(first.tags).toMatchObject({ title: 'Old title', track: '1/2', album: 'Some Book' });
    expect(second.tags).toMatchObject({ title: 'Some Book - Part 2', track: '2/2', asin: 'B000000001' });
  });

  it('blank nothing that is not known of the item', async () => {
    await downloadApart('rich.mp3');
    await plan({ mediaType: 'audiobook', title: 'Some Book', author: 'Some Author' });
    await file();
    const { tags } = await probe(filed('Some Book.mp3'));
    expect(tags).toMatchObject({ title: 'Some Book', artist: 'Some Author', genre: 'Novel' });
    for (const name of ['composer', 'date', 'asin', 'series']) expect(tags[name]).toBeUndefined();
  });

  it('are not written again where they stand already', async () => {
    await downloadApart('plain.mp3');
    await fixture.makeSound(downloaded('1.mp3'), {
      tags: { ...WRITTEN, series: 'A Series', 'series-part': '2' },
    });
    await plan();
    await file();
    expect(await readFile(filed('Some Book.mp3'))).toEqual(await readFile(downloaded('1.mp3')));
  });
});

/** What made the sound; FFmpeg keeps it in an MP4 alone. */
function withoutEncoder(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => name !== 'encoder'));
}

/** Another program's tag in an M4B whose table of contents comes last. */
async function addTag(source: string, tag: Buffer): Promise<void> {
  const bytes = await readFile(source);
  for (const type of ['moov', 'udta', 'meta', 'ilst']) {
    const at = bytes.lastIndexOf(type) - 4;
    bytes.writeUInt32BE(bytes.readUInt32BE(at) + tag.length, at);
  }
  const list = bytes.lastIndexOf('ilst') - 4;
  const end = list + bytes.readUInt32BE(list) - tag.length;
  await writeFile(source, Buffer.concat([bytes.subarray(0, end), tag, bytes.subarray(end)]));
}

describe('a file that is a link to its download', () => {
  it('keeps its bytes and its inode: they are seeded (no. 47)', async () => {
    await download('rich.m4b');
    const [before, { ino, mtimeMs }] = [await readFile(downloaded('1.m4b')), await stat(downloaded('1.m4b'))];
    await plan();
    const lines = await file();
    expect(lines).toContain('leaves 1 files as they are: they are links to their download');
    const seeded = await stat(downloaded('1.m4b'));
    expect([seeded.ino, seeded.mtimeMs, seeded.nlink]).toEqual([ino, mtimeMs, 2]);
    expect((await stat(filed('Some Book.m4b'))).ino).toBe(ino);
    expect(await readFile(downloaded('1.m4b'))).toEqual(before);
    expect(await readdir(downloaded())).toEqual(['1.m4b']);
  });

  it('is a copy where the library wants tags always, and the download stays as it was (no. 47)', async () => {
    await downloadApart('rich.m4b');
    const [before, { ino }] = [await readFile(downloaded('1.m4b')), await stat(downloaded('1.m4b'))];
    await plan();
    await file();
    expect(await recorded('Some Book.m4b')).toMatchObject({ mode: 'copy', sourceSha256: expect.any(String) });
    expect((await stat(filed('Some Book.m4b'))).ino).not.toBe(ino);
    expect(await readFile(downloaded('1.m4b'))).toEqual(before);
    expect((await stat(downloaded('1.m4b'))).nlink).toBe(1);
  });

  it('stays one where its format takes no tags', async () => {
    await downloadApart('plain.wav');
    await plan();
    await file();
    expect((await stat(filed('Some Book.wav'))).nlink).toBe(2);
  });
});

describe('a download on another disk', () => {
  async function downloadTo(state: 'writable' | 'read-only', name: string): Promise<void> {
    await disks.mountTmpfs(downloaded(), '8m');
    await download(name);
    if (state === 'read-only') disks.remount(downloaded(), 'ro');
  }
  (canMount ? it : it.skip).each(['writable', 'read-only'] as const)(
    'is copied with tags by default, and nothing is written beside it: %s (no. 34, no. 37)',
    async (state) => {
      await downloadTo(state, 'rich.m4b');
      const before = await readFile(downloaded('1.m4b'));
      await plan();
      await file();
      expect((await probe(filed('Some Book.m4b'))).tags).toMatchObject(WRITTEN);
      expect(await readdir(downloaded())).toEqual(['1.m4b']);
      expect(await readFile(downloaded('1.m4b'))).toEqual(before);
      expect((await names()).filter((name) => path.basename(name).startsWith('.'))).toEqual([]);
    },
  );

  (canMount ? it : it.skip)('is filed to the byte where the library wants no tags', async () => {
    await wish('never');
    await downloadTo('writable', 'rich.m4b');
    await plan();
    expect((await file()).join()).not.toContain('tags');
    expect(await readFile(filed('Some Book.m4b'))).toEqual(await readFile(downloaded('1.m4b')));
  });

  (canMount ? it : it.skip)('has formats that take no tags, which is said', async () => {
    await downloadTo('writable', 'plain.wav');
    await plan();
    expect(await file()).toContain('leaves Some Book.wav as it is: its format takes no tags');
  });
});

describe('tags that cannot be written', () => {
  const isTagged = (hostPath: string): boolean => path.basename(hostPath).startsWith('.tags');

  /** FFmpeg and ffprobe as they are, but for what comes after the run that writes tags. */
  function afterRun(then: () => Promise<void>): ImportSteps {
    const { media } = fixture.deps;
    return stepsWith({
      ...media,
      run: async (run) => {
        const done = await media.run(run);
        if (isTagged(run.output)) await then();
        return done;
      },
    });
  }

  /** What was written is another file by the time that it is read back. */
  function spoiling(spoil: (output: string) => Promise<void>): ImportSteps {
    const { media } = fixture.deps;
    return stepsWith({
      ...media,
      probe: async (hostPath, signal) => {
        if (isTagged(hostPath)) await spoil(hostPath);
        return media.probe(hostPath, signal);
      },
    });
  }

  async function filedUntagged(by: ImportSteps): Promise<string> {
    const lines = await file({}, by);
    expect(await readFile(filed('Some Book.mp3'))).toEqual(await readFile(downloaded('1.mp3')));
    expect((await recorded('Some Book.mp3'))?.sourceSha256).toBeUndefined();
    expect((await names()).filter((name) => path.basename(name).startsWith('.'))).toEqual([]);
    return lines.find((line) => line.startsWith('files Some Book.mp3 without tags')) ?? '';
  }

  beforeEach(async () => {
    await downloadApart('rich.mp3');
    await plan();
  });

  it('leave the untagged copy, and a warning that says why, when FFmpeg fails', async () => {
    const failing = afterRun(() => Promise.reject(new Fault('transient', 'FFmpeg was expected to finish')));
    expect(await filedUntagged(failing)).toContain('FFmpeg was expected to finish');
  });

  it.each<[string, (output: string) => Promise<void>, string]>([
    ['has other tags', (output) => run(output, ['-map', '0', '-metadata', 'asin=']), 'the tags asin'],
    ['has lost a tag', (output) => run(output, ['-map', '0', '-metadata', 'genre=']), 'the tags genre'],
    ['has no cover', (output) => run(output, ['-map', '0:a']), 'the streams'],
    ['has no chapters', (output) => run(output, ['-map', '0', '-map_chapters', '-1']), 'the chapters'],
    ['is cut off', (output) => run(output, ['-map', '0', '-t', '1']), '2.0 s, it has'],
    ['is none', (output) => writeFile(output, 'no sound'), 'ffprobe cannot read'],
  ])('leave the untagged copy when what was written %s (no. 48)', async (_what, spoil, why) => {
    expect(await filedUntagged(spoiling(spoil))).toContain(why);
  });

  async function run(output: string, options: string[]): Promise<void> {
    const other = `${output}.other.mp3`;
    const rest = ['-c', 'copy', ...options, '-f', 'mp3'];
    const inputs = [{ path: output }];
    await fixture.deps.media.run({
      inputs,
      output: other,
      options: rest,
      signal: AbortSignal.timeout(30_000),
    });
    await copyFile(other, output);
    await rm(other);
  }

  it('hold the import when the disk is full, as elsewhere', async () => {
    const full = new Fault('environment', 'The disk is full', { waitingReason: 'disk_full' });
    await expect(
      file(
        {},
        afterRun(() => Promise.reject(full)),
      ),
    ).rejects.toMatchObject({
      waitingReason: 'disk_full',
    });
    expect(await names()).toEqual([]);
    await file();
    expect((await probe(filed('Some Book.mp3'))).tags).toMatchObject(WRITTEN);
  });

  it('end with a pause or a cancel that comes while they are written, and leave nothing', async () => {
    const stop = new AbortController();
    const reason = new Error('paused');
    const stopping = afterRun(() => {
      stop.abort(reason);
      return Promise.resolve();
    });
    await expect(file({ signal: stop.signal }, stopping)).rejects.toBe(reason);
    expect(await names()).toEqual([]);
    await file();
    expect((await probe(filed('Some Book.mp3'))).tags).toMatchObject(WRITTEN);
  });
});

describe('the room of an import with tags', () => {
  (canMount ? it : it.skip)(
    'is that of all files and once more of the largest, while that one is tagged',
    async () => {
      await disks.mountTmpfs(fixture.library, '150m');
      await downloadApart('rich.m4b');
      const { size } = await stat(downloaded('1.m4b'));
      await plan();
      // Of the 150 MB Longplay leaves 100 MB free: the rest holds the file once, and not twice.
      const { bavail, bsize } = await statfs(fixture.library);
      const spare = bavail * bsize - 100_000_000 - Math.round(1.5 * size);
      await writeFile(path.join(fixture.library, 'filler'), Buffer.alloc(spare));
      await expect(file()).rejects.toMatchObject({ kind: 'environment', waitingReason: 'disk_full' });
      await rm(path.join(fixture.library, 'filler'));
      await file();
      expect((await probe(filed('Some Book.m4b'))).tags).toMatchObject(WRITTEN);
    },
  );
});

describe('a damaged file', () => {
  it('is filed as it is, with a warning: what was cut off would seem whole with new tags', async () => {
    await wish('always');
    await fixture.deps.media.run({
      inputs: [{ path: path.join(sounds, 'plain.m4a') }],
      output: downloaded('1.m4b'),
      options: ['-c', 'copy', '-movflags', '+faststart', '-f', 'ipod'],
      signal: AbortSignal.timeout(30_000),
    });
    const whole = await readFile(downloaded('1.m4b'));
    await writeFile(downloaded('1.m4b'), whole.subarray(0, Math.round(whole.length * 0.6)));
    await plan();
    const lines = await file();
    expect(lines.join()).toMatch(/files Some Book\.m4b without tags: Expected 2\.\d s, it has/);
    expect(await readFile(filed('Some Book.m4b'))).toEqual(await readFile(downloaded('1.m4b')));
  });
});

describe('a tagged file that stands there', () => {
  /** As if the process had been killed between the rename and the commit. */
  async function uncommit(): Promise<void> {
    await fixture.deps.db.query(
      `update imports set committed_at = null, manifest = manifest - 'files' where job_id = $1`,
      [jobId],
    );
  }

  beforeEach(async () => {
    await downloadApart('rich.m4b');
    await plan();
  });

  it('is known by its hash when the import is repeated, and nothing is written again (no. 44)', async () => {
    await file();
    const before = await stat(filed('Some Book.m4b'));
    await uncommit();
    await file();
    expect((await stat(filed('Some Book.m4b'))).ino).toBe(before.ino);
    const { rows } = await fixture.deps.db.query<{
      files: { path: string; sha256: string; sizeBytes: number }[];
    }>(`select manifest->'files' as files from imports where job_id = $1`, [jobId]);
    const told = rows[0]?.files.find(({ path: name }) => name.endsWith('.m4b'));
    expect(told?.sizeBytes).toBe(before.size);
    expect(told?.sha256).toBe((await recorded('Some Book.m4b'))?.sha256);
  });

  it('is staged and tagged anew when the attempt ended between the tags and the rename (no. 40)', async () => {
    let fences = 0;
    const fence = (): Promise<void> =>
      (fences += 1) > 1 ? Promise.reject(new Error('killed')) : Promise.resolve();
    await expect(file({ fence })).rejects.toThrow('killed');
    expect(await names()).toEqual([]);
    // What a killed attempt cannot tidy up.
    const half = path.join(
      fixture.library,
      'Some Author',
      '.Some Book.partial-11111111-1111-4111-8111-111111111111',
    );
    await mkdir(half, { recursive: true });
    await writeFile(path.join(half, '.tags.m4b'), 'half');
    await file();
    expect((await probe(filed('Some Book.m4b'))).tags).toMatchObject(WRITTEN);
    expect((await names()).filter((name) => name.includes('.partial-'))).toEqual([]);
  });

  it('is taken back with the rest when the import is given up', async () => {
    await file();
    await uncommit();
    await importing.discardImport({}, stepOf({ jobId }));
    expect(await names()).toEqual([]);
  });

  it('is no clash to a later import of the same download, and one to an import of another (no. 50)', async () => {
    await file();
    await uncommit();
    await fixture.deps.db.query(`update jobs set outcome_status = 'failed', ended_at = now() where id = $1`, [
      jobId,
    ]);
    const { ino } = await stat(filed('Some Book.m4b'));
    ({ jobId, downloadId } = await startImportJob(fixture));
    await download('rich.m4b');
    await plan();
    await file();
    expect(await recorded('Some Book.m4b')).toMatchObject({ mode: 'found' });
    expect((await stat(filed('Some Book.m4b'))).ino).toBe(ino);

    await uncommit();
    await fixture.deps.db.query(`update jobs set outcome_status = 'failed', ended_at = now() where id = $1`, [
      jobId,
    ]);
    ({ jobId, downloadId } = await startImportJob(fixture));
    await copyFile(path.join(sounds, 'plain.m4a'), downloaded('1.m4b'));
    await plan();
    await expect(file()).rejects.toMatchObject({ kind: 'bad_input' });
    expect((await stat(filed('Some Book.m4b'))).ino).toBe(ino);
  });
});

describe('a book of tagged files', () => {
  it('is merged like any other', async () => {
    await downloadApart('plain.m4a', 'plain.m4a', 'plain.m4a');
    await plan();
    await file();
    const id = `merge_chapters-${jobId}`;
    const { policy } = fixture.deps.catalogue.find('merge_chapters');
    const rest = { policy, subject: undefined, dedupeKey: null, parentId: undefined, createdBy: 'test' };
    await insertJob(fixture.deps.db, {
      ...{ id, type: 'merge_chapters', title: 'Merge it', params: {}, priority: 5, ...rest },
    });
    const merging = mergeSteps.create(fixture.deps);
    await merging.planChapterMerge({ libraryId: LIBRARY, path: FOLDER }, stepOf({ jobId: id }));
    expect(await merging.mergeChapters({}, stepOf({ jobId: id }))).toMatchObject({ files: 3, sound: 'copy' });
    expect((await probe(filed('Some Book.m4b'))).tags).toMatchObject(WRITTEN);
  });
});
