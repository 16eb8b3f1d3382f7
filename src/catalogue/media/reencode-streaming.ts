import { z } from 'zod';

import { ENCODERS } from '../../domain/media/encode-way.js';
import { X264_PRESETS } from '../../domain/media/playback-wish.js';
import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';

const HOUR = 60;
/** Of a film in software on a small machine; what hangs is ended by FFmpeg's own watchdog long before. */
const LONGEST = 48 * HOUR;

/** Of the host; what it has none of is not booked. The core is for the decoder, or for all of it where the card fails. */
const ON_CARD = { vramMb: 4_000, encoderSessions: 1, cpuTokens: 1 };
const IN_SOFTWARE = { cpuTokens: 1 };

export const reencodeStreaming = defineJobType({
  type: 'reencode_streaming',
  summary: 'Makes a file that every browser plays of a video; does nothing where it is one already',
  params: z.strictObject({
    videoId: z.uuid().describe('The video, by its id in the media library'),
    targetBitrate: z
      .union([z.literal('auto'), z.int().min(200).max(50_000)])
      .default('auto')
      .describe('Most kbit/s of the picture; auto: by its number of lines'),
    preset: z.enum(X264_PRESETS).default('medium').describe('Slower is smaller'),
    crf: z.int().min(16).max(40).default(23).describe('Quality of the picture; lower is better and larger'),
    outputPath: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe('Where it goes, relative to the root playback; default: the name of the video'),
    maxHeight: z
      .int()
      .min(144)
      .max(2_160)
      .default(1_080)
      .describe('Most lines of the short side; nothing is enlarged'),
    maxFps: z.int().min(10).max(120).default(60).describe('Most pictures a second'),
    audioLanguages: z
      .array(z.string().regex(/^[a-z]{2,3}$/i, 'expected a code of ISO 639 such as eng'))
      .max(20)
      .default([])
      .describe(
        'Sound tracks to keep, in this order; empty: the default one, and one of each other language',
      ),
    subtitles: z
      .enum(['keep', 'drop'])
      .default('keep')
      .describe('keep: those that are text stay in the file'),
    hdr: z.enum(['tonemap', 'refuse']).default('tonemap').describe('What becomes of high dynamic range'),
    encoder: z
      .enum(['auto', ...ENCODERS])
      .default('auto')
      .describe('What encodes it; where that is not there, or fails, software does. auto: a card that works'),
    force: z.boolean().default(false).describe('Encodes even what was encoded, or found good, before'),
  }),
  title: ({ videoId }) => `Re-encode ${videoId} for streaming`,
  subject: ({ videoId }) => ({ type: 'video', id: videoId }),
  steps: {
    lookAtVideo: step('cpu', 2 * HOUR),
    copyPlayback: step('cpu', 6 * HOUR),
    encodeVideo: step('gpu-encode', LONGEST, { needs: ON_CARD }),
    encodeSound: step('cpu', 6 * HOUR),
    joinPlayback: step('cpu', 6 * HOUR),
    recordPlayback: step('io', 10),
    removePlayback: step('io', 10),
  },
  stepsFor: ({ encoder }) => (encoder === 'software' ? { encodeVideo: { needs: IN_SOFTWARE } } : {}),
  weights: { encodeVideo: 90, encodeSound: 4, joinPlayback: 6 },
  tidy: 'tidyPlayback',
  retryWaitsMs: MEDIA_RETRY_MS,
});
