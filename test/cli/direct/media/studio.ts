import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createMediaTools, type MediaTools } from '../../../../src/media/tools.js';
import type { MediaSource } from '../../../../src/domain/media/source.js';
import type { StartedProgram } from '../../../support/started-program.js';
import { runCli, type Ran } from '../../run-cli.js';

/** A folder of films, and the command line beside it. */
export interface Studio {
  folder: string;
  at: (...names: string[]) => string;
  names: (folder?: string) => Promise<string[]>;
  run: (...argv: string[]) => Promise<Ran>;
  describe: (file: string) => Promise<MediaSource>;
  media: MediaTools;
  close: () => Promise<void>;
}

export async function openStudio(): Promise<Studio> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay studio-'));
  const programFolder = await mkdtemp(path.join(tmpdir(), 'longplay-studio-bin-'));
  const media = createMediaTools({ ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe', programFolder });
  return {
    folder,
    media,
    at: (...names) => path.join(folder, ...names),
    names: async (below = folder) => (await readdir(below)).sort(),
    run: (...argv) => runCli(argv),
    describe: (file) => media.describe(file, AbortSignal.timeout(60_000)),
    close: async () => {
      for (const made of [folder, programFolder]) await rm(made, { recursive: true, force: true });
    },
  };
}

/** FFmpeg that reads its source at `rate` times the speed of the film, so that it can be met at work. */
export async function slowFfmpeg(folder: string, rate: number): Promise<string> {
  const program = path.join(folder, 'slow-ffmpeg');
  await writeFile(program, `#!/bin/sh\nexec ffmpeg -readrate ${rate} "$@"\n`);
  await chmod(program, 0o755);
  return program;
}

/** Resolves when its error stream so far matches. */
export async function untilSaid({ child, stderr, ended }: StartedProgram, pattern: RegExp): Promise<void> {
  while (!pattern.test(stderr())) {
    const isOver = await Promise.race([ended.then(() => true), once(child.stderr, 'data').then(() => false)]);
    if (isOver) throw new Error(`It ended without ${String(pattern)}: ${stderr()}`);
  }
}
