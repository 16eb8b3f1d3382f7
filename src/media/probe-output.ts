import { z } from 'zod';

/** What ffprobe says of one file, in our words. */
export interface MediaDescription {
  /** ffprobe's names of the container, comma-separated: `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  durationSeconds: number;
  sizeBytes: number;
  bitRate: number | null;
  streams: MediaStream[];
  chapters: { title: string; startSeconds: number; endSeconds: number }[];
  /** Names in lower case. */
  tags: Record<string, string>;
  /** A picture is inside the file. */
  hasCover: boolean;
}

export interface MediaStream {
  index: number;
  /** `audio`, `video`, `subtitle`, `data` or `attachment`. */
  type: string;
  codec: string;
  /** A cover, which ffprobe lists as video. */
  attachedPicture: boolean;
  /** Of sound; null where ffprobe does not tell. */
  sampleRate: number | null;
  channels: number | null;
  /** Bits per second. */
  bitRate: number | null;
  /** Of what a decoder needs beforehand; null: nothing. */
  extradataHash: string | null;
}

const tags = z.record(z.string(), z.string()).default({});
const seconds = z.coerce.number();

/** ffprobe leaves out what it does not know; numbers come as text. */
export const probeOutput = z.object({
  format: z.object({
    format_name: z.string(),
    duration: seconds.nonnegative().default(0),
    size: z.coerce.number().default(0),
    bit_rate: z.coerce.number().optional(),
    tags,
  }),
  streams: z
    .array(
      z.object({
        index: z.number(),
        codec_type: z.string().default('unknown'),
        codec_name: z.string().default('unknown'),
        disposition: z.record(z.string(), z.number()).default({}),
        sample_rate: z.coerce.number().optional(),
        channels: z.number().optional(),
        bit_rate: z.coerce.number().optional(),
        extradata_hash: z.string().optional(),
        tags,
      }),
    )
    .default([]),
  chapters: z.array(z.object({ start_time: seconds, end_time: seconds, tags })).default([]),
});

export function describeMedia(output: z.output<typeof probeOutput>): MediaDescription {
  const { format, chapters } = output;
  const streams = output.streams.map(({ index, codec_type, codec_name, disposition, ...sound }) => ({
    index,
    type: codec_type,
    codec: codec_name,
    attachedPicture: disposition['attached_pic'] === 1,
    sampleRate: sound.sample_rate ?? null,
    channels: sound.channels ?? null,
    bitRate: sound.bit_rate ?? null,
    extradataHash: sound.extradata_hash ?? null,
  }));
  return {
    container: format.format_name,
    durationSeconds: format.duration,
    sizeBytes: format.size,
    bitRate: format.bit_rate ?? null,
    streams,
    chapters: chapters.map(({ start_time, end_time, tags: own }, index) => ({
      title: lowerNames(own)['title'] ?? `Chapter ${index + 1}`,
      startSeconds: start_time,
      endSeconds: end_time,
    })),
    tags: mergeTags(output),
    hasCover: streams.some(({ attachedPicture }) => attachedPicture),
  };
}

/** Ogg files carry their tags on the sound, all others on the whole; the whole wins. */
function mergeTags({ format, streams }: z.output<typeof probeOutput>): Record<string, string> {
  const sound = streams.find(({ codec_type }) => codec_type === 'audio');
  return { ...lowerNames(sound?.tags ?? {}), ...lowerNames(format.tags) };
}

function lowerNames(named: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]));
}
