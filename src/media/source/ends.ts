import { z } from 'zod';

import { hasIndex } from '../../domain/media/length.js';
import type { AskFfprobe } from '../ffprobe.js';

/** What can really be read of a file, whatever its header says; ffprobe's own times, seconds. */
export interface Ends {
  /** End of the last packet of each stream that has one. */
  byStream: Map<number, number>;
}

const packets = z.object({
  packets: z
    .array(
      z.object({
        stream_index: z.number(),
        pts_time: z.coerce.number().optional(),
        duration_time: z.coerce.number().default(0),
      }),
    )
    .default([]),
});

const counts = z.object({
  streams: z
    .array(z.object({ index: z.number(), nb_read_packets: z.coerce.number().default(0) }))
    .default([]),
});

/** Beyond every film: the demuxer then stands at its last index point. */
const PAST_THE_END = '99999999';

/**
 * Reads the last packets. Undefined where the end cannot be read: a file cut short whose index lies at its
 * beginning, or a container without any index. Times of joined MPEG-TS begin anew in the middle (media.md §3.3).
 * @throws as AskFfprobe.
 */
export async function readEnds(
  ask: AskFfprobe,
  { hostPath, container, signal }: { hostPath: string; container: string; signal: AbortSignal },
): Promise<Ends | undefined> {
  if (!hasIndex(container)) return undefined;
  const questions = [
    '-read_intervals',
    PAST_THE_END,
    '-show_entries',
    'packet=stream_index,pts_time,duration_time',
  ];
  const { packets: last } = packets.parse(await ask(hostPath, questions, signal));
  const byStream = new Map<number, number>();
  for (const { stream_index, pts_time, duration_time } of last) {
    if (pts_time === undefined) continue;
    byStream.set(stream_index, Math.max(byStream.get(stream_index) ?? 0, pts_time + duration_time));
  }
  return byStream.size === 0 ? undefined : { byStream };
}

/** Reads the whole file, without decoding it: as long as the disk takes. Packets of each stream. @throws as AskFfprobe. */
export async function countPackets(
  ask: AskFfprobe,
  { hostPath, signal }: { hostPath: string; signal: AbortSignal },
): Promise<Map<number, number>> {
  const questions = ['-count_packets', '-show_entries', 'stream=index,nb_read_packets'];
  const { streams } = counts.parse(await ask(hostPath, questions, signal));
  return new Map(streams.map(({ index, nb_read_packets }) => [index, nb_read_packets]));
}
