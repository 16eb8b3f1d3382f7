import { z } from 'zod';

import type { Ratio } from '../../domain/media/source.js';

const seconds = z.coerce.number();
const words = z.string().optional();
const tags = z
  .record(z.string(), z.string())
  .default({})
  .transform((named) =>
    Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value])),
  );

/** `30000/1001`, `16:11`; null for `0/0`, `0:1` and `N/A`, which say that nobody knows. */
const ratio = z
  .string()
  .optional()
  .transform((text): Ratio | null => {
    const [num, den] = (text ?? '').split(/[/:]/).map(Number);
    return num !== undefined && den !== undefined && num > 0 && den > 0 ? { num, den } : null;
  });

const sideData = z.object({
  side_data_type: z.string(),
  rotation: z.number().optional(),
  dv_profile: z.number().optional(),
  dv_bl_signal_compatibility_id: z.number().optional(),
});

export const streamOutput = z.object({
  index: z.number(),
  codec_type: z.string().default('unknown'),
  codec_name: z.string().default('unknown'),
  profile: words,
  width: z.number().default(0),
  height: z.number().default(0),
  sample_aspect_ratio: ratio,
  pix_fmt: z.string().default('unknown'),
  field_order: words,
  r_frame_rate: ratio,
  avg_frame_rate: ratio,
  color_range: words,
  color_primaries: words,
  color_transfer: words,
  color_space: words,
  start_time: seconds.optional(),
  duration: seconds.optional(),
  bit_rate: z.coerce.number().optional(),
  channels: z.number().default(0),
  sample_rate: z.coerce.number().optional(),
  nb_frames: z.coerce.number().optional(),
  disposition: z.record(z.string(), z.number()).default({}),
  side_data_list: z.array(sideData).default([]),
  tags,
});
export type StreamOutput = z.output<typeof streamOutput>;

/** What ffprobe says of one video file; it leaves out what it does not know, and numbers come as text. */
export const sourceOutput = z.object({
  format: z.object({
    format_name: z.string(),
    start_time: seconds.optional(),
    duration: seconds.optional(),
    size: z.coerce.number().default(0),
    bit_rate: z.coerce.number().optional(),
  }),
  streams: z.array(streamOutput).default([]),
  chapters: z.array(z.unknown()).default([]),
});
export type SourceOutput = z.output<typeof sourceOutput>;
