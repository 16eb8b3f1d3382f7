import { z } from 'zod';

import { MOVE_CONFLICTS, MOVE_LINKS } from '../../domain/media/move-plan.js';
import { isScannedFolder } from '../../domain/media/video-name.js';
import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';
import { DIRECTORY } from './scan-params.js';

export const moveToLibrary = defineJobType({
  type: 'move_to_library',
  summary: 'Moves a video with its sidecars to a library directory; its row keeps its id',
  params: z.strictObject({
    videoId: z.uuid().describe('The video, as its scan or the job that made it knows it'),
    targetDirectory: z
      .string()
      .max(200)
      .regex(DIRECTORY, 'expected the name of a directory below the root, such as videos')
      .refine((directory) => directory.split('/').every(isScannedFolder), 'expected no folder of a system')
      .describe('The directory below the root library: films, films/2024. Folders below the first are made'),
    conflict: z
      .enum(MOVE_CONFLICTS)
      .default('suffix')
      .describe('Where another file has the name: "name (2).ext", in its place, or a failure'),
    link: z
      .enum(MOVE_LINKS)
      .default('auto')
      .describe(
        'auto: moves, but a file with several hard links, which a torrent may upload, stays where it is',
      ),
  }),
  title: ({ videoId, targetDirectory }) => `Move ${videoId} to library:${targetDirectory}`,
  subject: ({ videoId }) => ({ type: 'video', id: videoId }),
  permit: { group: ({ videoId }) => `move:${videoId}`, maximum: 1 },
  steps: { planMove: step('cpu', 60), moveVideo: step('cpu', 12 * 60), undoMove: step('cpu', 2) },
  weights: { planMove: 1, moveVideo: 19 },
  tidy: 'tidyMove',
  retryWaitsMs: MEDIA_RETRY_MS,
});
