import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { makeVideo } from '../../support/video-fixtures.js';
import { closeAllParts } from '../acquisition/own-parts.js';
import { startSet, type ServiceSet } from '../stage/service-set.js';

const run = promisify(execFile);

/** What the parts of the encode bench share; each is made when the first part needs it. */
export interface EncodeStage {
  /** Host path of 60 s of 1080p that no browser plays, with sound that none plays either. */
  film: () => Promise<string>;
  service: () => Promise<ServiceSet>;
  close: () => Promise<void>;
}

/** MPEG-4 has its keyframes ten seconds apart, as films have; FLAC has to be encoded anew like most films' sound. */
const FILM = {
  ...{ size: '1920x1080', rate: '25', seconds: 60 },
  options: ['-c:v', 'mpeg4', '-q:v', '4', '-g', '250', '-c:a', 'flac', '-ac', '2'],
};

export async function openEncodeStage(): Promise<EncodeStage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-bench-'));
  const film = once(async () => {
    const file = await makeVideo(folder, 'film.mkv', FILM);
    await utimes(file, 1_600_000_000, 1_600_000_000);
    return file;
  });
  let set: Promise<ServiceSet> | undefined;
  return {
    film,
    service: () => (set ??= startSet()),
    close: async () => {
      await (await set?.catch(() => undefined))?.remove();
      await closeAllParts();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}

/** As FFmpeg says of itself. */
export async function ffmpegVersion(): Promise<string> {
  const { stdout } = await run('ffmpeg', ['-version']);
  return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** Whole or not at all: a scan, or the service's own look, may come by at any moment. */
export async function placeFilm(film: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const staged = path.join(path.dirname(film), 'placed.mkv');
  await run('cp', ['-p', film, staged]);
  await rename(staged, target);
}
