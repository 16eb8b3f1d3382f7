import { randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { steps, type ImportSteps } from '../../../src/activities/acquisition/import-steps.js';
import type { StepContext } from '../../../src/activities/jobs/step.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { Fault } from '../../../src/domain/faults.js';
import { makeSampleMedia, type SampleMedia } from '../../../src/cli/demo/sample-media.js';
import type { ClientFile } from '../../../src/integrations/download-clients/port.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import { writeTorrent } from '../../integrations/indexers/torrents.js';
import { asNobody } from './as-nobody.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';
import { saveImportClient, startImportJob } from './import-job.js';

const BOOK: MediaItem = { mediaType: 'audiobook', title: 'Some Book', author: 'Some Author' };
const FOLDER = 'Some Author/Some Book';

let fixture: Fixture;
let sample: SampleMedia;
/** Sounds of two seconds by extension, made once. */
let sounds: string;
let importing: ImportSteps;
/** What the client lists; by default every file of the download's folder, whole. */
let listed: (() => Promise<ClientFile[]>) | undefined;
let downloadId: string;
let jobId: string;

beforeAll(async () => {
  fixture = await createFixture();
  const { deps, folder } = fixture;
  sample = await makeSampleMedia({ run: deps.media.run, folder: path.join(folder, 'sample') });
  sounds = path.join(folder, 'sounds');
  for (const extension of ['mp3', 'm4a']) await fixture.makeSound(path.join(sounds, `sound.${extension}`));
  await deps.media.run({
    inputs: [{ lavfi: 'testsrc=size=64x64:duration=2' }],
    output: path.join(sounds, 'silent.mp4'),
    options: [],
    signal: AbortSignal.timeout(30_000),
  });
  await deps.media.run({
    inputs: [{ lavfi: 'testsrc=size=64x64:duration=1' }],
    output: path.join(sounds, 'picture.png'),
    options: ['-frames:v', '1', '-update', '1'],
    signal: AbortSignal.timeout(30_000),
  });
  await saveImportClient(deps.db);
  importing = steps.create({
    ...deps,
    integrations: {
      ...deps.integrations,
      keptDownloadClient: (settings) => ({
        ...deps.integrations.downloadClient(settings),
        files: () => (listed ?? listFolder)(),
      }),
    },
  });
}, 120_000);

beforeEach(async () => {
  listed = undefined;
  ({ jobId, downloadId } = await startImportJob(fixture));
});

afterEach(async () => {
  await fixture.deps.db.query('delete from jobs');
  await fixture.deps.db.query('delete from root_markers');
  await rm(fixture.library, { recursive: true, force: true });
  await mkdir(fixture.library);
});

afterAll(() => fixture.close());

/** All of the library but the mark of its root. */
async function shown(): Promise<string[]> {
  return (await readdir(fixture.library, { recursive: true })).filter((name) => name !== ROOT_MARKER);
}

function downloaded(...names: string[]): string {
  return path.join(fixture.folder, 'downloads', downloadId, ...names);
}

function filed(...names: string[]): string {
  return path.join(fixture.library, ...names);
}

async function listFolder(): Promise<ClientFile[]> {
  const entries = await readdir(downloaded(), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      path: path.relative(downloaded(), path.join(entry.parentPath, entry.name)),
      sizeBytes: 1,
      completedBytes: 1,
    }));
}

/** Files of a download, each a copy of a sound or a text of its own. */
async function download(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(downloaded(name)), { recursive: true });
    if (content.startsWith('/')) await copyFile(content, downloaded(name));
    else await writeFile(downloaded(name), content);
  }
}

function sound(name: 'sound.mp3' | 'sound.m4a' | 'silent.mp4' | 'picture.png'): string {
  return path.join(sounds, name);
}

function plan(
  item: Partial<MediaItem> = {},
  { accepted = false, ...own }: Partial<StepContext> & { accepted?: boolean } = {},
): Promise<{ folder: string; files: number }> {
  const input = { downloadId, libraryId: LIBRARY, item: { ...BOOK, ...item }, accepted };
  return importing.planImport(input, stepOf({ jobId, ...own }));
}

function file(own: Partial<StepContext> = {}): Promise<{ folder: string; files: number; mode: string }> {
  return importing.importFiles({ downloadId, libraryId: LIBRARY }, stepOf({ jobId, ...own }));
}

async function names(folder = FOLDER): Promise<string[]> {
  return (await readdir(filed(folder))).sort();
}

async function sidecar(): Promise<{ chapters: { start: number; end: number; title: string }[] }> {
  return JSON.parse(await readFile(filed(FOLDER, 'metadata.json'), 'utf8')) as Awaited<
    ReturnType<typeof sidecar>
  >;
}

describe('planImport', () => {
  it('takes the media in reading order and leaves out the rest, each with its reason', async () => {
    await download({
      'CD2/01.mp3': sound('sound.mp3'),
      'CD1/10.mp3': sound('sound.mp3'),
      'CD1/2.mp3': sound('sound.mp3'),
      'sample/sample.mp3': sound('sound.mp3'),
      'extra.rar': 'Rar!',
      'setup.exe': 'MZ',
      'readme.nfo': 'hello',
    });
    const step = stepOf({ jobId });
    const input = { downloadId, libraryId: LIBRARY, item: BOOK };
    expect(await importing.planImport(input, step)).toEqual({ folder: FOLDER, files: 3 });
    expect(step.lines.sort()).toEqual([
      expect.stringContaining('80 % sure'),
      'leaves out extra.rar: archive',
      'leaves out readme.nfo: metadata',
      'leaves out sample/sample.mp3: sample',
      'leaves out setup.exe: executable',
    ]);
    await file();
    expect((await names()).filter((name) => name.endsWith('.mp3'))).toEqual([
      '1 - Some Book.mp3',
      '2 - Some Book.mp3',
      '3 - Some Book.mp3',
    ]);
    const first = await stat(filed(FOLDER, '1 - Some Book.mp3'));
    expect(first.ino).toBe((await stat(downloaded('CD1/2.mp3'))).ino);
  });

  it.each([
    [2.2, true],
    [1.83, true],
    [2.4, false],
    [1.7, false],
  ])('holds two seconds of sound against a running time of %s s: %s', async (runtimeSeconds, fits) => {
    await download({ 'book.m4a': sound('sound.m4a') });
    if (fits) expect(await plan({ runtimeSeconds })).toMatchObject({ files: 1 });
    // It may be another edition that is wanted: a person decides, and no release is blamed.
    else await expect(plan({ runtimeSeconds })).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it.each<[string, Record<string, string>]>([
    ['has no media', { 'book.rar': 'Rar!', 'cover.jpg': 'x' }],
    ['is empty', {}],
    ['has a film without sound', { 'book.mp4': 'silent' }],
    ['has a web page for a book', { 'book.mp3': '<html>Please log in</html>' }],
  ])('blames a release that %s', async (_what, files) => {
    const given = Object.entries(files).map(([name, text]) => [
      name,
      text === 'silent' ? sound('silent.mp4') : text,
    ]);
    await download(Object.fromEntries(given) as Record<string, string>);
    await expect(plan()).rejects.toMatchObject({ kind: 'release_fault' });
  });

  it('blames no release for a file that is not whole, or not on the disk', async () => {
    listed = () => Promise.resolve([{ path: 'book.mp3', sizeBytes: 10, completedBytes: 9 }]);
    await expect(plan()).rejects.toMatchObject({ kind: 'transient' });
    listed = () => Promise.resolve([{ path: 'book.mp3', sizeBytes: 10, completedBytes: 10 }]);
    await expect(plan()).rejects.toMatchObject({ kind: 'transient' });
  });

  it('waits for files that may not be read, and blames no release (no. 31)', async () => {
    await download({ 'book.mp3': sound('sound.mp3') });
    // The client may read what it has written.
    const told = await listFolder();
    listed = () => Promise.resolve(told);
    await chmod(fixture.folder, 0o755);
    await chmod(downloaded(), 0o700);
    await expect(asNobody(() => plan())).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'mount_gone',
    });
    await chmod(downloaded(), 0o755);
    expect(await asNobody(() => plan())).toMatchObject({ files: 1 });
  });

  it('refuses a list or a link that leads out of the downloads, and files no link', async () => {
    listed = () => Promise.resolve([{ path: '../../secret.mp3', sizeBytes: 1, completedBytes: 1 }]);
    await expect(plan()).rejects.toMatchObject({ kind: 'bad_input' });
    listed = undefined;
    await symlink(sound('sound.mp3'), downloaded('out.mp3'));
    await expect(plan()).rejects.toMatchObject({ kind: 'bad_input' });
    await rm(downloaded('out.mp3'));
    await download({ 'book.mp3': sound('sound.mp3') });
    await symlink('book.mp3', downloaded('again.mp3'));
    expect(await plan()).toMatchObject({ files: 1 });
  });

  it('takes one format of a book that comes in two (no. 46)', async () => {
    await download({
      'MP3/1.mp3': sound('sound.mp3'),
      'M4B/book.m4b': sound('sound.m4a'),
    });
    await plan({ runtimeSeconds: 2 });
    await file();
    expect((await names()).filter((name) => !name.startsWith('metadata'))).toEqual(['Some Book.m4b']);
  });

  it('decides once: a repeat keeps the plan, whatever the download looks like by then', async () => {
    await download({ 'book.mp3': sound('sound.mp3') });
    const first = await plan();
    await download({ 'other.mp3': sound('sound.mp3') });
    await mkdir(filed('SOME AUTHOR'));
    expect(await plan({ title: 'Another' })).toEqual(first);
  });

  it('takes the spelling of a folder that is there', async () => {
    await mkdir(filed('SOME author'));
    await download({ 'book.mp3': sound('sound.mp3') });
    expect((await plan()).folder).toBe('SOME author/Some Book');
  });
});

describe('previewImport', () => {
  const preview = (item: Partial<MediaItem> = {}): ReturnType<ImportSteps['previewImport']> =>
    importing.previewImport(
      { downloadId, libraryId: LIBRARY, item: { ...BOOK, ...item } },
      stepOf({ jobId }),
    );

  it('tells what an import would do, and does and claims nothing', async () => {
    await download({ '2.mp3': sound('sound.mp3'), '1.mp3': sound('sound.mp3'), 'setup.exe': 'MZ' });
    expect(await preview()).toMatchObject({
      folder: FOLDER,
      files: [
        { from: '1.mp3', name: '1 - Some Book.mp3' },
        { from: '2.mp3', name: '2 - Some Book.mp3' },
      ],
      ignored: [{ path: 'setup.exe', why: 'executable' }],
      ...{ more: 0, placement: 'link', doubt: null, confidence: { percent: 80 } },
    });
    expect(await shown()).toEqual([]);
    const { rows } = await fixture.deps.db.query('select 1 from imports');
    expect(rows).toEqual([]);
  });

  it('plans what is in doubt too, and says what is', async () => {
    await download({ 'book.m4a': sound('sound.m4a') });
    const told = await preview({ runtimeSeconds: 10 });
    expect(told).toMatchObject({ folder: FOLDER, files: [{ name: 'Some Book.m4b' }] });
    expect(told.doubt).toContain('Expected about 10 s of sound');
  });

  it('says why nothing of it could be filed', async () => {
    await download({ 'setup.exe': 'MZ' });
    expect(await preview()).toMatchObject({
      folder: null,
      files: [],
      doubt: expect.stringContaining('no media file'),
    });
  });

  it('names who has filed there already, and counts what it does not list', async () => {
    await download(
      Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`${at}.mp3`, sound('sound.mp3')])),
    );
    await plan();
    await file();
    const told = await preview();
    expect(told).toMatchObject({ more: 3, doubt: expect.stringContaining(jobId) });
    expect(told.files).toHaveLength(30);
  });
});

describe('the claim on a target', () => {
  async function another(): Promise<void> {
    ({ jobId, downloadId } = await startImportJob(fixture));
    await download({ 'book.mp3': sound('sound.mp3') });
  }

  beforeEach(() => download({ 'book.mp3': sound('sound.mp3') }));

  it('is refused to a second job while the first is at work, and once it has filed (no. 39)', async () => {
    await plan();
    const first = { jobId, downloadId };
    await another();
    await expect(plan()).rejects.toMatchObject({ kind: 'bad_input' });
    const second = { jobId, downloadId };
    ({ jobId, downloadId } = first);
    await file();
    ({ jobId, downloadId } = second);
    await expect(plan()).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it('goes over when the first job has failed, which then says so on its retry', async () => {
    await plan();
    const first = { jobId, downloadId };
    await fixture.deps.db.query(`update jobs set outcome_status = 'failed', ended_at = now() where id = $1`, [
      jobId,
    ]);
    await another();
    expect(await plan()).toMatchObject({ folder: FOLDER });
    ({ jobId, downloadId } = first);
    await expect(file()).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it('ends when what was filed is deleted', async () => {
    await plan();
    await file();
    await rm(filed('Some Author'), { recursive: true });
    await another();
    await plan();
    await file();
    expect(await names()).toContain('Some Book.mp3');
  });
});

describe('importFiles', () => {
  it('files sidecars, the cover inside the book, and the book, and answers the same again; what is seeded stays as it was (no. 43, no. 44, no. 47)', async () => {
    await download({ 'The Time Machine.m4b': sample.book.file });
    const wanted = { runtimeSeconds: sample.book.runtimeSeconds, asin: 'B00TESTING' };
    await expect(plan(wanted)).rejects.toMatchObject({
      kind: 'bad_input',
      message: '7 % sure: its tags name "The Time Machine" by H. G. Wells, expected "Some Book"',
    });
    await plan(wanted, { accepted: true });
    const done = await file();
    expect(done).toEqual({ folder: `${FOLDER} [B00TESTING]`, files: 4, mode: 'hardlink' });
    const seeded = await readFile(downloaded('The Time Machine.m4b'));
    expect(seeded.equals(await readFile(sample.book.file))).toBe(true);
    const folder = `${FOLDER} [B00TESTING]`;
    expect(await names(folder)).toEqual(['Some Book.m4b', 'cover.jpg', 'metadata.json', 'metadata.opf']);
    const cover = await fixture.deps.media.probe(filed(folder, 'cover.jpg'), AbortSignal.timeout(10_000));
    expect(cover.streams[0]?.codec).toBe('mjpeg');
    const told = JSON.parse(await readFile(filed(folder, 'metadata.json'), 'utf8')) as { chapters: object[] };
    expect(told.chapters).toHaveLength(3);
    expect(await file()).toEqual(done);
    await expect(stat(path.join(fixture.folder, 'scratch', jobId))).rejects.toThrow('ENOENT');
  });

  it('counts chapters from the beginning of the book, over all its files', async () => {
    const chapters = path.join(fixture.folder, 'chapters.txt');
    await writeFile(
      chapters,
      ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=A\n[CHAPTER]\nTIMEBASE=1/1\nSTART=1\nEND=2\ntitle=B\n',
    );
    const withChapters = path.join(fixture.folder, 'chapters.mp3');
    await fixture.deps.media.run({
      inputs: [{ path: chapters, formats: ['ffmetadata'] }, { path: sound('sound.mp3') }],
      output: withChapters,
      options: ['-map', '1:a', '-map_chapters', '0', '-c', 'copy'],
      signal: AbortSignal.timeout(10_000),
    });
    await download({ '1.mp3': sound('sound.mp3'), '2.mp3': withChapters });
    await plan();
    await file();
    const told = (await sidecar()).chapters;
    expect(told.map(({ title }) => title)).toEqual(['1', 'A', 'B']);
    expect(told[0]?.start).toBe(0);
    expect(told[1]?.start).toBeCloseTo(2, 0);
    expect(told[2]?.start).toBeCloseTo(3, 0);
  });

  it.each([
    ['takes a picture of the download, named by what it is', { 'Folder.JPG': 'picture' }, 'cover.png'],
    ['prefers a picture that is named as a cover', { 'a.png': 'text', 'front.png': 'picture' }, 'cover.png'],
    ['takes the next where one is none', { 'cover.jpg': 'text', 'scan.png': 'picture' }, 'cover.png'],
    ['goes without where none is one', { 'cover.jpg': 'text', 'cover.png': 'film' }, undefined],
  ])('%s', async (_what, pictures, cover) => {
    const contents: Record<string, string> = {
      picture: sound('picture.png'),
      text: 'no picture',
      film: sound('silent.mp4'),
    };
    const files = Object.entries(pictures).map(([name, what]) => [name, contents[what] ?? what]);
    await download({
      'book.mp3': sound('sound.mp3'),
      ...(Object.fromEntries(files) as Record<string, string>),
    });
    await plan();
    await file();
    expect((await names()).find((name) => name.startsWith('cover'))).toBe(cover);
  });

  it('blames no release when what was filed cannot be read back', async () => {
    await download({ 'book.mp3': sound('sound.mp3') });
    await plan();
    await writeFile(downloaded('book.mp3'), 'broken since');
    await expect(file()).rejects.toMatchObject({ kind: 'transient' });
    expect(await shown()).toEqual([]);
  });

  it('leaves nothing when another attempt owns the work (no. 27)', async () => {
    await download({ 'book.mp3': sound('sound.mp3') });
    await plan();
    const fence = (): Promise<never> => Promise.reject(new Fault('superseded', 'Another attempt owns it'));
    await expect(file({ fence })).rejects.toMatchObject({ kind: 'superseded' });
    expect(await shown()).toEqual([]);
  });
});

describe('a client that has forgotten the download', () => {
  async function forgotten({ completed }: { completed: boolean }): Promise<void> {
    await download({ 'Foundation/1.mp3': sound('sound.mp3'), 'Foundation/notes.txt': 'hello' });
    const length = async (name: string): Promise<number> => (await stat(downloaded('Foundation', name))).size;
    const { bytes } = writeTorrent({
      files: [
        { path: ['1.mp3'], length: await length('1.mp3') },
        { path: ['notes.txt'], length: await length('notes.txt') },
      ],
    });
    await fixture.deps.db.query(
      'update downloads set content = $2, completed_at = case when $3 then now() end where id = $1',
      [downloadId, Buffer.from(bytes), completed],
    );
    // What is beside the torrent's files is not this download's.
    await download({ 'Foundation/other.mp3': sound('sound.mp3') });
    listed = () => Promise.reject(new Fault('gone', 'aria2 has no item'));
  }

  it('keeps nobody from filing what it had finished: its torrent says what that is (no. 23)', async () => {
    await forgotten({ completed: true });
    expect(await plan()).toMatchObject({ files: 1 });
    expect(await file()).toMatchObject({ folder: FOLDER });
  });

  it('is asked again for a file that is shorter now', async () => {
    await forgotten({ completed: true });
    await writeFile(downloaded('Foundation', '1.mp3'), 'cut');
    await expect(plan()).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('not whole'),
    });
  });

  it('is told where nothing says that the download was finished', async () => {
    await forgotten({ completed: false });
    await expect(plan()).rejects.toMatchObject({ kind: 'gone' });
  });
});

describe('tidyImport', () => {
  it('removes what a killed attempt has staged; a retry files from the plan that was made (no. 40)', async () => {
    await download({ 'book.mp3': sound('sound.mp3') });
    await plan();
    const staged = filed('Some Author', `.Some Book.partial-${randomUUID()}`);
    await mkdir(staged, { recursive: true });
    await importing.tidyImport({}, stepOf({ jobId }));
    expect(await shown()).toEqual([]);
    expect(await file()).toMatchObject({ folder: FOLDER });
    const before = await shown();
    await importing.tidyImport({}, stepOf({ jobId }));
    expect(await shown()).toEqual(before);
  });
});

describe('discardImport', () => {
  function discard(): Promise<void> {
    return importing.discardImport({}, stepOf({ jobId }));
  }

  beforeEach(async () => {
    await download({ 'book.mp3': sound('sound.mp3') });
  });

  it('takes back what was shown and not committed, and gives the target free', async () => {
    await plan();
    await file();
    // As after a kill between the rename and the commit.
    await fixture.deps.db.query('update imports set committed_at = null');
    await discard();
    expect(await shown()).toEqual([]);
    ({ jobId, downloadId } = await startImportJob(fixture));
    await download({ 'book.mp3': sound('sound.mp3') });
    expect(await plan()).toMatchObject({ folder: FOLDER });
  });

  it('removes what a killed attempt has staged, but no folder that stood there before', async () => {
    await mkdir(filed('Some Author'));
    await plan();
    await mkdir(filed('Some Author', `.Some Book.partial-${randomUUID()}`));
    await mkdir(path.join(fixture.folder, 'scratch', jobId));
    await discard();
    expect(await shown()).toEqual(['Some Author']);
    expect(await readdir(path.join(fixture.folder, 'scratch'))).toEqual([]);
    await discard();
  });

  it('keeps what is committed', async () => {
    await plan();
    await file();
    await discard();
    expect(await names()).toContain('Some Book.mp3');
  });

  it('waits for a library that is away, so that it is tried again', async () => {
    await plan();
    const library = path.join(fixture.folder, 'library');
    await rm(library, { recursive: true });
    await expect(discard()).rejects.toMatchObject({ kind: 'environment', waitingReason: 'mount_gone' });
    await mkdir(path.join(library, 'Books'), { recursive: true });
    await discard();
  });
});
