import { z } from 'zod';

import { Fault } from '../domain/faults.js';
import { spawnWithLifeline } from '../lifeline.js';

/** What ffprobe says of one file, in our words. */
export interface MediaDescription {
  container: string;
  durationSeconds: number;
  sizeBytes: number;
  bitRate: number | null;
  streams: { index: number; type: string; codec: string; attachedPicture: boolean }[];
  chapters: { title: string; startSeconds: number; endSeconds: number }[];
  /** Names in lower case. */
  tags: Record<string, string>;
}

export type Probe = (hostPath: string, signal: AbortSignal) => Promise<MediaDescription>;

const seconds = z.coerce.number().nonnegative();
const tags = z.record(z.string(), z.string()).default({});

const output = z.object({
  format: z.object({
    format_name: z.string(),
    duration: seconds.default(0),
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
      }),
    )
    .default([]),
  chapters: z.array(z.object({ start_time: seconds, end_time: seconds, tags })).default([]),
});

const TIMEOUT_MS = 60_000;

/** ffprobe, never a shell; only files are opened, whatever a playlist inside names. */
export function createProbe({ ffprobePath }: { ffprobePath: string }): Probe {
  return async (hostPath, signal) => {
    const text = await runFfprobe(ffprobePath, hostPath, signal);
    const parsed = output.safeParse(parseJson(text));
    if (!parsed.success) throw notMedia(hostPath, z.prettifyError(parsed.error));
    return describe(parsed.data);
  };
}

async function runFfprobe(ffprobePath: string, hostPath: string, signal: AbortSignal): Promise<string> {
  const args = [
    '-v',
    'error',
    '-protocol_whitelist',
    'file',
    '-of',
    'json',
    '-show_format',
    '-show_streams',
    '-show_chapters',
  ];
  const child = spawnWithLifeline({
    name: 'ffprobe',
    command: ffprobePath,
    args: [...args, `file:${hostPath}`],
    nice: 10,
    stdout: 'pipe',
  });
  const stop = (): void => void child.stop();
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  bounded.addEventListener('abort', stop, { once: true });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const { code } = await child.exited;
  bounded.removeEventListener('abort', stop);
  if (signal.aborted) throw signal.reason;
  if (code === 0) return text;
  if (code === 127 || code === 126) {
    throw new Fault('environment', 'ffprobe is not installed', {
      waitingReason: 'human_task',
      remedy: 'Install the package ffmpeg, or set FFPROBE_PATH',
    });
  }
  throw notMedia(hostPath, child.stderrTail().trim());
}

function notMedia(hostPath: string, why: string): Fault {
  const name = hostPath.slice(hostPath.lastIndexOf('/') + 1);
  return new Fault(
    'release_fault',
    `Expected a media file, but ffprobe cannot read ${name}: ${why.slice(-300)}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ format, streams, chapters }: z.output<typeof output>): MediaDescription {
  return {
    container: format.format_name,
    durationSeconds: format.duration,
    sizeBytes: format.size,
    bitRate: format.bit_rate ?? null,
    streams: streams.map(({ index, codec_type, codec_name, disposition }) => ({
      index,
      type: codec_type,
      codec: codec_name,
      attachedPicture: disposition['attached_pic'] === 1,
    })),
    chapters: chapters.map(({ start_time, end_time, tags: own }, index) => ({
      title: own['title'] ?? `Chapter ${index + 1}`,
      startSeconds: start_time,
      endSeconds: end_time,
    })),
    tags: Object.fromEntries(Object.entries(format.tags).map(([name, value]) => [name.toLowerCase(), value])),
  };
}
