import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { steps } from '../../../src/activities/acquisition/import-steps.js';
import { DEFAULT_PATH_TEMPLATE } from '../../../src/domain/acquisition/path-template.js';
import type { ClientFile } from '../../../src/integrations/download-clients/port.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import { saveImportClient, startImportJob } from '../../activities/acquisition/import-job.js';
import { Skipped, type Part } from '../harness/bench.js';
import type { Measured } from '../harness/figure.js';
import { median } from '../harness/quantile.js';
import { openParts, type OwnParts } from './own-parts.js';
import type { AcquisitionStage } from './stage.js';

const run = promisify(execFile);

const FILES = 100;
const MEBIBYTE = 1_048_576;
const FILE_BYTES = 50_000_000;
/** A second file system, so that files are really copied: what lies in memory is read without a disk. */
const OTHER_DISK = '/dev/shm';
const LIBRARY = 'books';

/** One audiobook of 100 files of 50 MB into a folder library: by copy from another file system, and by hardlink. */
export const organizeFiles: Part<AcquisitionStage> = {
  name: 'organize',
  measure: async () => {
    await access(OTHER_DISK).catch(() => {
      throw new Skipped(`there is no second file system at ${OTHER_DISK}`);
    });
    const elsewhere = await mkdtemp(path.join(OTHER_DISK, 'longplay-bench-'));
    try {
      const downloads = path.join(elsewhere, 'downloads');
      const copied = await rounds(async () => {
        const organized = await measure({ downloads }, compareWithCopy);
        await rm(downloads, { recursive: true });
        return organized;
      });
      const linked = await rounds(() => measure({}, () => Promise.resolve(undefined)));
      return [...asCopy(copied), ...asLinks(linked)];
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  },
};

interface Organized {
  planMs: number;
  importMs: number;
  mode: string;
  plainMs: number | undefined;
}

/** What a shared disk gives differs by a third from minute to minute, for both that are compared. */
const ROUNDS = 3;

async function rounds(one: () => Promise<Organized>): Promise<Organized> {
  const all: Organized[] = [];
  for (let round = 0; round < ROUNDS; round += 1) all.push(await one());
  const modes = new Set(all.map(({ mode }) => mode));
  if (modes.size > 1) throw new Error(`Expected one way to place files, saw ${[...modes].join(' and ')}`);
  const middle = (of: (organized: Organized) => number): number => median(all.map(of));
  return {
    planMs: middle(({ planMs }) => planMs),
    importMs: middle(({ importMs }) => importMs),
    plainMs: middle(({ plainMs }) => plainMs ?? Number.NaN),
    mode: all[0]?.mode ?? '',
  };
}

async function measure(
  places: { downloads?: string },
  compare: (parts: OwnParts, folder: string) => Promise<number | undefined>,
): Promise<Organized> {
  const parts = await openParts(places);
  try {
    await saveImportClient(parts.deps.db);
    await saveLibrary(parts.deps.db, {
      ...{ id: LIBRARY, name: 'Books', kind: 'folder', root: 'library:', enabled: true },
      ...{ pathTemplate: DEFAULT_PATH_TEMPLATE, mediaTypes: ['audiobook'] },
      // What it is held against writes none either.
      writeTags: 'never',
    });
    const downloads = parts.deps.roots.folderOf('downloads');
    await mkdir(downloads, { recursive: true });
    const { jobId, downloadId } = await startImportJob({ deps: parts.deps, folder: path.dirname(downloads) });
    const source = path.join(downloads, downloadId);
    await fill(parts, source);
    const before = await compare(parts, source);
    const organized = await organize(parts, { jobId, downloadId });
    // Who goes first pays for memory that nobody has touched yet: what it is held against has both places.
    const after = await compare(parts, source);
    const plainMs = before === undefined || after === undefined ? undefined : Math.min(before, after);
    return { ...organized, plainMs };
  } finally {
    await parts.close();
  }
}

/** Sound of the right size and length, encoded once. */
async function fill({ deps, folder }: OwnParts, source: string): Promise<void> {
  const first = path.join(folder, 'one.mp3');
  await deps.media.run({
    inputs: [{ lavfi: `sine=duration=${Math.round((FILE_BYTES * 8) / 320_000)}` }],
    ...{ output: first, options: ['-c:a', 'libmp3lame', '-b:a', '320k'] },
    signal: AbortSignal.timeout(120_000),
  });
  await mkdir(source, { recursive: true });
  for (let file = 1; file <= FILES; file += 1) {
    await copyFile(first, path.join(source, `${String(file).padStart(3, '0')}.mp3`));
  }
}

/** Milliseconds of `cp`, then `sha256sum` of what it has made: what a person would type. */
async function compareWithCopy({ folder }: OwnParts, source: string): Promise<number> {
  const target = path.join(folder, 'plain');
  const begun = performance.now();
  await run('cp', ['-r', source, target]);
  await run('sh', ['-c', 'cd "$1" && sha256sum -- *', 'sh', target], { maxBuffer: MEBIBYTE });
  const elapsed = performance.now() - begun;
  await rm(target, { recursive: true });
  return elapsed;
}

async function organize(
  { deps }: OwnParts,
  { jobId, downloadId }: { jobId: string; downloadId: string },
): Promise<Omit<Organized, 'plainMs'>> {
  const source = deps.roots.resolve(`downloads:${downloadId}`);
  const list = async (): Promise<ClientFile[]> =>
    (await readdir(source)).map((name) => ({ path: name, sizeBytes: 1, completedBytes: 1 }));
  const keptDownloadClient: typeof deps.integrations.keptDownloadClient = (settings) => ({
    ...deps.integrations.downloadClient(settings),
    files: list,
  });
  const { planImport, importFiles } = steps.create({
    ...deps,
    integrations: { ...deps.integrations, keptDownloadClient },
  });
  const step = stepOf({ jobId });
  const item = { mediaType: 'audiobook', title: 'A Long Book', author: 'A Patient Author' } as const;
  const begun = performance.now();
  const { files } = await planImport({ downloadId, libraryId: LIBRARY, item, accepted: true }, step);
  if (files !== FILES) throw new Error(`The plan has ${files} files, expected ${FILES}`);
  const planned = performance.now();
  const { mode } = await importFiles({ downloadId, libraryId: LIBRARY }, step);
  return { planMs: planned - begun, importMs: performance.now() - planned, mode };
}

const NAME = `organize ${FILES} files of 50 MB`;

function asCopy({ importMs, planMs, plainMs, mode }: Organized): Measured[] {
  if (mode !== 'copy') throw new Skipped(`${OTHER_DISK} and the temporary folder are one file system`);
  const rate = (ms: number): number => (FILES * FILE_BYTES) / MEBIBYTE / (ms / 1_000);
  return [
    {
      ...{ name: `${NAME} by copy`, value: rate(importMs), unit: 'MiB/s' },
      goal: { kind: 'atLeast', timesYardstick: 0.8 },
      yardstick: { name: 'cp and sha256sum', value: rate(plainMs ?? Number.NaN), unit: 'MiB/s' },
    },
    { name: `plan ${FILES} files, a file`, value: planMs / FILES, unit: 'ms' },
  ];
}

function asLinks({ importMs, mode }: Organized): Measured[] {
  if (mode !== 'hardlink') throw new Error(`Expected hard links, the files came by ${mode}`);
  return [
    {
      ...{ name: `${NAME} by hardlink, a file`, value: importMs / FILES, unit: 'ms' },
      goal: { kind: 'atMost', value: 10 },
    },
  ];
}
