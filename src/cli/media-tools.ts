import path from 'node:path';

import type { Config } from '../config.js';
import { createMediaTools, type MediaTools } from '../media/tools.js';

/** FFmpeg and ffprobe as the configuration has them. */
export function mediaToolsOf({ programs, ffmpeg, dataFolder }: Config): MediaTools {
  const { niceness, ...budgets } = ffmpeg;
  return createMediaTools({
    ...{ ffmpegPath: programs.ffmpeg, ffprobePath: programs.ffprobe, niceness, budgets },
    programFolder: path.join(dataFolder, 'bin'),
  });
}
