import { writeFfmpegProgram } from './ffmpeg/program.js';
import { createRunFfmpeg, type RunFfmpeg } from './ffmpeg/run.js';
import { DEFAULT_BUDGETS, type SilenceBudgets } from './ffmpeg/watchdog.js';
import { createProbe, type Probe } from './probe.js';
import { createDescribeSource, type DescribeSource } from './source/describe.js';
import { createReadPackets, type ReadPackets } from './validate/read-packets.js';

/** FFmpeg and ffprobe as the rest of Longplay uses them. */
export interface MediaTools {
  probe: Probe;
  describe: DescribeSource;
  readPackets: ReadPackets;
  run: RunFfmpeg;
}

export function createMediaTools(options: {
  ffmpegPath: string;
  ffprobePath: string;
  /** Where the small program around FFmpeg is kept. */
  programFolder: string;
  niceness?: number | undefined;
  budgets?: Partial<SilenceBudgets>;
}): MediaTools {
  const { ffmpegPath, ffprobePath, programFolder, niceness, budgets } = options;
  const program = writeFfmpegProgram({ ffmpegPath, folder: programFolder, niceness });
  return {
    probe: createProbe({ ffprobePath }),
    describe: createDescribeSource({ ffprobePath }),
    readPackets: createReadPackets({ ffprobePath }),
    run: createRunFfmpeg(program, { ...DEFAULT_BUDGETS, ...budgets }),
  };
}
