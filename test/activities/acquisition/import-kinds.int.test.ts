import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { steps, type ImportSteps } from '../../../src/activities/acquisition/import-steps.js';
import { steps as librarySteps } from '../../../src/activities/acquisition/library-steps.js';
import { matchInLibrary } from '../../../src/activities/acquisition/match-item.js';
import { getLibrary } from '../../../src/activities/acquisition/library.js';
import { previewPath } from '../../../src/activities/acquisition/preview-path.js';
import { DEFAULT_PATH_TEMPLATE } from '../../../src/domain/acquisition/path-template.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import { scanFolder } from '../../../src/integrations/libraries/folder.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { itemsAt, listItems } from '../../../src/store/acquisition/library-items.js';
import { encryption, makeEpub, makeMobi } from '../../support/ebooks.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';
import { saveImportClient, startImportJob } from './import-job.js';

const SHELF = 'shelf';

let fixture: Fixture;
let importing: ImportSteps;
let film: string;
let sound: string;
let root: string;
/** The folder of the download that its client lists. */
let source: string;

beforeAll(async () => {
  fixture = await createFixture();
  const { deps, folder } = fixture;
  await saveLibrary(deps.db, {
    ...{ id: SHELF, name: 'Shelf', kind: 'folder', root: 'library:Shelf', enabled: true },
    ...{ pathTemplate: DEFAULT_PATH_TEMPLATE, mediaTypes: ['ebook', 'movie', 'episode'] },
  });
  root = path.join(folder, 'library', 'Shelf');
  await mkdir(root);
  await saveImportClient(deps.db);
  [film, sound] = [path.join(folder, 'film.mkv'), path.join(folder, 'sound.mkv')];
  const one = { signal: AbortSignal.timeout(30_000) };
  const picture = { lavfi: 'testsrc=size=64x64:duration=2' };
  await deps.media.run({ inputs: [picture], output: film, options: ['-c:v', 'mpeg4'], ...one });
  await deps.media.run({ inputs: [{ lavfi: 'sine=duration=2' }], output: sound, options: [], ...one });
  importing = steps.create({
    ...deps,
    integrations: {
      ...deps.integrations,
      keptDownloadClient: (settings) => ({ ...deps.integrations.downloadClient(settings), files: list }),
    },
  });
}, 60_000);

afterAll(() => fixture.close());

async function list() {
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const { size } = await stat(file);
      return { path: path.relative(source, file), sizeBytes: size, completedBytes: size };
    }),
  );
}

interface Job {
  jobId: string;
  preview: () => ReturnType<ImportSteps['previewImport']>;
  plan: () => Promise<{ folder: string; files: number }>;
  file: () => Promise<{ folder: string; files: number; mode: string }>;
  discard: () => Promise<void>;
  lines: string[];
}

/** A download with these files, each a copy of a file of ours or a text. */
async function begin(
  item: MediaItem,
  files: Record<string, string | Buffer>,
  { releaseTitle = 'Some release', accepted = false } = {},
): Promise<Job> {
  const { jobId, downloadId } = await startImportJob(fixture, { releaseTitle });
  const folder = path.join(fixture.folder, 'downloads', downloadId);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (typeof content === 'string' && content.startsWith('/')) await copyFile(content, file);
    else await writeFile(file, content);
  }
  const step = stepOf({ jobId });
  const plan = { downloadId, libraryId: SHELF, item, accepted };
  return {
    jobId,
    lines: step.lines,
    preview: () => {
      source = folder;
      return importing.previewImport({ downloadId, libraryId: SHELF, item }, step);
    },
    plan: () => {
      source = folder;
      return importing.planImport(plan, step);
    },
    file: () => importing.importFiles({ downloadId, libraryId: SHELF }, step),
    discard: () => importing.discardImport({}, step),
  };
}

async function shown(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== ROOT_MARKER)
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

const below = async (folder: string): Promise<string[]> =>
  (await shown())
    .filter((name) => name.startsWith(`${folder}/`))
    .map((name) => name.slice(folder.length + 1));

const EMMA: MediaItem = { mediaType: 'ebook', title: 'Emma', author: 'Jane Austen', year: 1815 };

describe('an ebook', () => {
  it('is filed in the best of its formats, with sidecars and the cover beside it', async () => {
    const { plan, file, lines } = await begin(EMMA, {
      'Emma/Emma.epub': makeEpub(),
      'Emma/Emma.mobi': makeMobi(),
      'Emma/Emma.m4b': sound,
      'Emma/read me.txt': 'x',
    });
    await plan();
    expect(await file()).toMatchObject({ folder: 'Jane Austen/Emma (1815)', files: 3 });
    expect(await below('Jane Austen/Emma (1815)')).toEqual(['Emma.epub', 'metadata.json', 'metadata.opf']);
    expect(lines).toContain('leaves out Emma/Emma.mobi: another format, or another book');
    expect(lines).toContain('leaves out Emma/Emma.m4b: media of another kind');
  });

  it.each([
    ['a web page', { 'Book.epub': '<html>' }, 'is not what its name says'],
    ['locked', { 'Book.epub': makeEpub(encryption('urn:other')) }, '(DRM)'],
    ['packed', { 'Book.rar': 'x', 'Book.r00': 'x' }, 'archives are not unpacked'],
  ])('is blamed when it is %s (no. 45)', async (_what, files, message) => {
    const { plan } = await begin({ ...EMMA, title: 'Blamed' }, files);
    await expect(plan()).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringContaining(message),
    });
  });

  it('is for a person to choose among several, and taken once somebody has', async () => {
    const files = { '01.epub': makeEpub(), '02.epub': makeEpub() };
    const item = { ...EMMA, title: 'Persuasion' };
    const asked = await begin(item, files);
    await expect(asked.plan()).rejects.toMatchObject({ kind: 'bad_input' });
    const taken = await begin(item, files, { accepted: true });
    await expect(taken.plan()).resolves.toMatchObject({ files: 1 });
    await taken.discard();
  });
});

const METROPOLIS: MediaItem = { mediaType: 'movie', title: 'Metropolis', year: 1927 };

describe('a film', () => {
  it('is filed with its subtitles and poster, under a name that tells its quality; samples and programs stay (no. 45)', async () => {
    const { plan, file, lines } = await begin(
      METROPOLIS,
      {
        'Metropolis.1927/metropolis.mkv': film,
        'Metropolis.1927/metropolis.en.srt': 'subtitle',
        'Metropolis.1927/Sample/metropolis.mkv': film,
        'Metropolis.1927/player.com': 'x',
      },
      { releaseTitle: 'Metropolis.1927.1080p.BluRay.x264-GRP' },
    );
    await plan();
    await file();
    expect(await below('Metropolis (1927)')).toEqual([
      'Metropolis (1927) - 1080p BluRay.en.srt',
      'Metropolis (1927) - 1080p BluRay.mkv',
    ]);
    expect(lines).toContain('leaves out Metropolis.1927/Sample/metropolis.mkv: sample');
    expect(lines).toContain('leaves out Metropolis.1927/player.com: executable');
  });

  it('is blamed when it has no picture', async () => {
    const { plan } = await begin({ ...METROPOLIS, title: 'Blind' }, { 'film.mkv': sound });
    await expect(plan()).rejects.toMatchObject({
      kind: 'release_fault',
      message: expect.stringContaining('no picture'),
    });
  });

  it('is shown to a person when it runs for another time', async () => {
    const { plan } = await begin({ ...METROPOLIS, title: 'Short', runtimeSeconds: 60 }, { 'film.mkv': film });
    await expect(plan()).rejects.toMatchObject({
      kind: 'bad_input',
      message: 'Expected about 60 s of film, got 2 s',
    });
  });
});

const episode = (number: number): MediaItem => ({
  ...{ mediaType: 'episode', title: 'Some Show', season: 1, episode: number },
});

describe('episodes', () => {
  const SEASON = 'Some Show/Season 01';

  it('come out of a season’s pack one by one, into one folder, at the same time', async () => {
    const pack = { 'Some.Show.S01E01.mkv': film, 'Some.Show.S01E02.mkv': film };
    const [one, two] = [await begin(episode(1), pack), await begin(episode(2), pack)];
    await one.plan();
    await two.plan();
    await Promise.all([one.file(), two.file()]);
    expect(await below(SEASON)).toEqual(['Some Show - S01E01.mkv', 'Some Show - S01E02.mkv']);
    expect(one.lines).toContain('leaves out Some.Show.S01E02.mkv: another episode');
  });

  it('are taken back alone: what else is in the folder stays', async () => {
    const third = await begin(episode(3), { 'Some.Show.S01E03.mkv': film });
    // The folder is that of the others too; the name is free.
    expect(await third.preview()).toMatchObject({ folder: SEASON, doubt: null });
    const { deps } = fixture;
    const wish = { library: await getLibrary(deps, SHELF), item: episode(3), extensions: ['mkv'] };
    const { clashes } = await previewPath(deps, { ...wish, template: '{show}/Season {season:00}' });
    expect(clashes.map(({ kind }) => kind)).toEqual(['folder_there']);
    await third.plan();
    await third.file();
    await fixture.deps.db.query('update imports set committed_at = null where job_id = $1', [third.jobId]);
    await third.discard();
    expect(await below(SEASON)).toEqual(['Some Show - S01E01.mkv', 'Some Show - S01E02.mkv']);
  });

  it('are refused to a second job, and given free when the file is deleted (no. 39, no. 50)', async () => {
    const pack = { 'Some.Show.S01E01.mkv': film };
    const again = await begin(episode(1), pack);
    expect((await again.preview()).doubt).toContain('has filed something');
    await expect(again.plan()).rejects.toMatchObject({
      kind: 'bad_input',
      message: expect.stringContaining('S01E01'),
    });
    await fixture.deps.db.query(`update imports set claim = claim || ' moved' where claim like '%S01E02'`);
    await expect((await begin(episode(2), { 'Some.Show.S01E02.mkv': film })).plan()).resolves.toMatchObject({
      folder: SEASON,
    });
  });
});

describe('a scan of the folder', () => {
  it('finds each of them as an item of its kind, and matches it by its path', async () => {
    const { deps } = fixture;
    await librarySteps.create(deps).scanLibrary({ libraryId: SHELF }, stepOf());
    const items = await listItems(deps.db, { libraryId: SHELF, limit: 100 });
    const told = items.map(({ path: at, mediaType, title, author, year, season, episode: number }) => ({
      ...{ at, mediaType, title, author, year, season, number },
    }));
    expect(told).toEqual(
      expect.arrayContaining([
        {
          ...{ at: 'Jane Austen/Emma (1815)/Emma.epub', mediaType: 'ebook', title: 'Emma' },
          ...{ author: 'Jane Austen', year: 1815, season: null, number: null },
        },
        {
          ...{ at: 'Metropolis (1927)/Metropolis (1927) - 1080p BluRay.mkv', mediaType: 'movie' },
          ...{ title: 'Metropolis', author: null, year: 1927, season: null, number: null },
        },
        {
          ...{ at: 'Some Show/Season 01/Some Show - S01E01.mkv', mediaType: 'episode', title: 'Some Show' },
          ...{ author: null, year: null, season: 1, number: 1 },
        },
      ]),
    );
    expect(told).toHaveLength(4);
    const library = await getLibrary(deps, SHELF);
    const match = await matchInLibrary(deps, { library, item: episode(2) });
    expect(match).toMatchObject({ verdict: 'matched' });
  });

  it('tells what is as it was, ebooks too, which nobody probes', async () => {
    const { deps } = fixture;
    const found = scanFolder({
      ...{ root, path: '', mediaTypes: ['ebook', 'movie', 'episode'] },
      probe: () => Promise.reject(new Error('nothing has changed')),
      known: (paths) => itemsAt(deps.db, { libraryId: SHELF, paths }),
      onUnread: () => undefined,
      signal: AbortSignal.timeout(30_000),
    });
    const told: Record<string, boolean> = {};
    for await (const { item, unchanged } of found) told[item.mediaType] = unchanged;
    expect(told).toEqual({ ebook: true, movie: true, episode: true });
  });

  it('calls one missing that was deleted, and probes nothing anew', async () => {
    const { deps } = fixture;
    let probed = 0;
    const probe: typeof deps.media.probe = (file, signal) => {
      probed += 1;
      return deps.media.probe(file, signal);
    };
    const scanning = librarySteps.create({ ...deps, media: { ...deps.media, probe } });
    await rm(path.join(root, 'Some Show/Season 01/Some Show - S01E01.mkv'));
    expect(await scanning.scanLibrary({ libraryId: SHELF }, stepOf())).toMatchObject({
      items: 3,
      missing: 1,
    });
    expect(probed).toBe(0);
  });
});
