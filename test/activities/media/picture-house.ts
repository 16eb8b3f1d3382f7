import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import { createRunFfmpeg } from '../../../src/media/ffmpeg/run.js';
import type { SilenceBudgets } from '../../../src/media/ffmpeg/watchdog.js';
import { createMediaTools, type MediaTools } from '../../../src/media/tools.js';
import { createTestParts } from '../../support/core.js';
import { createTestDatabase } from '../../support/servers.js';

/** A library, its rows and FFmpeg, for the steps of one test file that look at single videos. */
export interface PictureHouse {
  deps: ActivityDeps;
  /** Host folder that films are made in. */
  studio: string;
  /** Parts with another FFmpeg. */
  with: (program: string) => ActivityDeps;
  /** Tools with another FFmpeg or ffprobe, and an own patience with it. */
  mediaOf: (own: { ffmpegPath?: string; ffprobePath?: string; budgets?: SilenceBudgets }) => MediaTools;
  /** Copies a film into a folder of its own below `library:videos`, under a name, default its own; gives the id of its row. */
  take: (film: string, name?: string) => Promise<string>;
  /** Names in the folder of thumbnails, hidden ones too. */
  pictures: () => Promise<string[]>;
  pictureOf: (name: string) => string;
  close: () => Promise<void>;
}

export async function openPictureHouse(): Promise<PictureHouse> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay picture-'));
  const deps = createTestParts(database.db, folder);
  const studio = path.join(folder, 'studio');
  await mkdir(studio);
  let taken = 0;
  return {
    deps,
    studio,
    with: (program) => ({
      ...deps,
      media: createMediaTools({
        ffmpegPath: program,
        ffprobePath: 'ffprobe',
        programFolder: path.join(folder, 'programs', path.basename(program)),
      }),
    }),
    mediaOf: ({ ffmpegPath = 'ffmpeg', ffprobePath = 'ffprobe', budgets }) => {
      const programFolder = path.join(folder, 'programs', `of-${path.basename(ffmpegPath)}`);
      const tools = createMediaTools({ ffmpegPath, ffprobePath, programFolder });
      if (budgets === undefined) return tools;
      return { ...tools, run: createRunFfmpeg(path.join(programFolder, 'ffmpeg'), budgets) };
    },
    take: async (film, name = path.basename(film)) => {
      taken += 1;
      const relative = `videos/${taken}`;
      await mkdir(path.join(folder, 'library', relative), { recursive: true });
      await copyFile(film, path.join(folder, 'library', relative, name));
      return addVideo(deps.db, `${relative}/${name}`);
    },
    pictures: () => readdir(path.join(folder, 'thumbnails')),
    pictureOf: (name) => path.join(folder, 'thumbnails', name),
    close: async () => {
      await deps.temporal.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A row of which nothing is known so far. */
export async function addVideo(db: ActivityDeps['db'], relative: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into videos (root, path, filename, title, words, size_bytes, modified_ms, device, inode)
     values ('library', $1, $2, $2, '', 0, 0, '1', $1) returning id`,
    [relative, path.posix.basename(relative)],
  );
  return rows[0]?.id ?? '';
}
