import { z } from 'zod';

import { createAskFfprobe, notMedia, type FfprobeOptions } from './ffprobe.js';
import { describeMedia, probeOutput, type MediaDescription } from './probe-output.js';

export type { MediaDescription } from './probe-output.js';

export type Probe = (hostPath: string, signal: AbortSignal) => Promise<MediaDescription>;

const QUESTIONS = ['-show_format', '-show_streams', '-show_chapters', '-show_data_hash', 'SHA256'] as const;

/**
 * Describes one media file by ffprobe: its tags, chapters and sound, as libraries of books and music need them.
 * @throws as AskFfprobe.
 */
export function createProbe(options: FfprobeOptions): Probe {
  const ask = createAskFfprobe(options);
  return async (hostPath, signal) => {
    const parsed = probeOutput.safeParse(await ask(hostPath, QUESTIONS, signal));
    if (!parsed.success) throw notMedia(hostPath, z.prettifyError(parsed.error));
    return describeMedia(parsed.data);
  };
}
