import { copyFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { steps, type ScanResult } from '../../../src/activities/media/scan-steps.js';
import { stepOf } from '../../activities/acquisition/fixture.js';
import { makeVideo } from '../../support/video-fixtures.js';
import { openParts, type OwnParts } from '../acquisition/own-parts.js';
import type { Part } from '../harness/bench.js';
import type { Measured } from '../harness/figure.js';
import { median } from '../harness/quantile.js';

const FOLDERS = 500;
const FILES_PER_FOLDER = 100;
const FILES = FOLDERS * FILES_PER_FOLDER;
/** A tenth, beside which the memory of a scan is shown to be flat. */
const FEW_FOLDERS = 50;
const FEW = FEW_FOLDERS * FILES_PER_FOLDER;
const FILMS = 100;
const RESCANS = 5;
const SAMPLE_EACH_MS = 20;

/**
 * A directory of 50,000 files. They are empty, which is found without ffprobe: the first scan is the walk, the stats and
 * the writing of rows alone. What ffprobe costs is told apart, by few films.
 */
export const scan: Part<unknown> = {
  name: 'scan',
  measure: async () => {
    const parts = await openParts();
    try {
      return [...(await measureFilms(parts)), ...(await measureMany(parts))];
    } finally {
      await parts.close();
    }
  },
};

/** Seconds that the scan of a folder of the library takes, which has to find what is expected. */
export async function scanVideos(
  { deps }: OwnParts,
  folder: string,
  expected: Partial<ScanResult>,
): Promise<number> {
  const slice = { root: 'library', folder, skipExisting: true, quietSeconds: 0, batchSize: 200 } as const;
  const begun = performance.now();
  const answer = await steps.create(deps).scanVideos({ ...slice, sliceMs: 3_600_000 }, stepOf());
  const seconds = (performance.now() - begun) / 1_000;
  const result: Partial<ScanResult> = 'result' in answer ? answer.result : {};
  const isRight = Object.entries(expected).every(
    ([name, value]) => result[name as keyof ScanResult] === value,
  );
  if (!isRight) throw new Error(`Expected ${JSON.stringify(expected)}, got ${JSON.stringify(result)}`);
  return seconds;
}

async function measureFilms(parts: OwnParts): Promise<Measured[]> {
  const folder = path.join(parts.deps.roots.folderOf('library'), 'films');
  await mkdir(folder);
  const film = await makeVideo(parts.folder, 'film.mp4', { seconds: 2 });
  for (let number = 0; number < FILMS; number += 1) {
    const file = path.join(folder, `${number}.mp4`);
    await copyFile(film, file);
    await utimes(file, number, number);
  }
  const seconds = await scanVideos(parts, 'films', { new: FILMS, invalid: 0 });
  await rm(folder, { recursive: true });
  return [{ name: `scan ${FILMS} small films for the first time`, value: FILMS / seconds, unit: 'files/s' }];
}

async function measureMany(parts: OwnParts): Promise<Measured[]> {
  const library = parts.deps.roots.folderOf('library');
  await fill(path.join(library, 'few'), FEW_FOLDERS);
  await scanVideos(parts, 'few', { new: FEW, invalid: FEW });
  const few = await watched(() => scanVideos(parts, 'few', { unchanged: FEW }));
  await fill(path.join(library, 'videos'), FOLDERS);
  const first = await watched(() => scanVideos(parts, 'videos', { new: FILES, invalid: FILES }));
  const again = await watched(async () => {
    const seconds: number[] = [];
    for (let run = 0; run < RESCANS; run += 1)
      seconds.push(await scanVideos(parts, 'videos', { unchanged: FILES }));
    return median(seconds);
  });
  return [
    { name: `scan ${FILES} empty files for the first time`, value: FILES / first.value, unit: 'files/s' },
    { name: 'peak of resident memory meanwhile', value: first.peak, unit: 'MiB' },
    {
      ...{ name: `scan ${FILES} files again, unchanged`, value: FILES / again.value, unit: 'files/s' },
      goal: { kind: 'atLeast', value: 10_000 },
    },
    {
      ...{ name: 'peak of resident memory while scanning again', value: again.peak, unit: 'MiB' },
      goal: { kind: 'atMost', timesYardstick: 1.5 },
      yardstick: { name: `scanning ${FEW} again`, value: few.peak, unit: 'MiB' },
    },
  ];
}

async function fill(folder: string, folders: number): Promise<void> {
  for (let number = 0; number < folders; number += 1) {
    const at = path.join(folder, `folder ${number}`);
    await mkdir(at, { recursive: true });
    const names = Array.from({ length: FILES_PER_FOLDER }, (_, file) => path.join(at, `film ${file}.mp4`));
    await Promise.all(names.map((name) => writeFile(name, '')));
  }
}

/** The most that this process held in memory while it worked, MiB. */
async function watched(work: () => Promise<number>): Promise<{ value: number; peak: number }> {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, SAMPLE_EACH_MS);
  try {
    const value = await work();
    look();
    return { value, peak: peak / 1_048_576 };
  } finally {
    clearInterval(timer);
  }
}
