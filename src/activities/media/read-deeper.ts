import { createReadStream } from 'node:fs';

import { z } from 'zod';

import type { Finding } from '../../domain/media/findings.js';
import type { DecodeTally } from '../../domain/media/inspect-decoded.js';
import { measuredSource } from '../../domain/media/inspect-packets.js';
import { inspectSource } from '../../domain/media/inspect-source.js';
import { inspectVideo } from '../../domain/media/inspect-video.js';
import { sourceLength } from '../../domain/media/length.js';
import type { PacketTally } from '../../domain/media/packet-tally.js';
import { seeksExactly } from '../../domain/media/segments.js';
import type { MediaSource } from '../../domain/media/source.js';
import { decodes, readsPackets, type ValidationLevel, type WasRead } from '../../domain/media/validation.js';
import { decodeWhole } from '../../media/validate/decode-whole.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import type { KnownFile } from './known-video.js';

/** What is read, wherever it lies. */
export type ReadFile = Pick<KnownFile, 'hostPath' | 'found'>;

type ReadDeps = Pick<ActivityDeps, 'media'>;

export interface Reading {
  known: ReadFile;
  source: MediaSource;
  level: ValidationLevel;
  step: StepContext;
}

export interface Looked {
  findings: Finding[];
  read: Omit<WasRead, 'bytes'>;
  durationSeconds: number | null;
}

/**
 * Reads a video as deep as its validation wants. What was read of the same content by an earlier attempt is not read
 * again: a checkpoint after the packets, and one for each two minutes of what is decoded.
 * @throws the signal's reason after an abort; as ReadPackets and decodeWhole; Fault environment where the disk cannot be read.
 */
export async function readDeeper(deps: ReadDeps, reading: Reading): Promise<Looked> {
  const { source, level } = reading;
  if (!readsPackets(level) || source.video === null) {
    return {
      findings: inspectSource(source),
      read: { packets: null, pictures: null, decodedSeconds: null },
      durationSeconds: sourceLength(source).seconds,
    };
  }
  const earlier = earlierOf(reading);
  const packets = earlier?.packets ?? (await readPackets(deps, reading));
  const decoded = decodes(level) ? await decode(deps, { ...reading, packets, from: earlier?.decoded }) : null;
  return {
    findings: inspectVideo(source, { packets, decoded }),
    read: {
      packets: packets.packets,
      pictures: decoded?.pictures ?? null,
      decodedSeconds: decoded?.seconds ?? null,
    },
    durationSeconds: sourceLength(measuredSource(source, packets)).seconds,
  };
}

/** Of a thorough validation; a decode takes many times as long as a look at the packets. */
const PACKETS_SHARE = 0.05;

async function readPackets({ media }: ReadDeps, reading: Reading): Promise<PacketTally> {
  const { known, source, level, step } = reading;
  const { sizeBytes } = known.found;
  const { seconds } = sourceLength(source);
  const { tally, blamesDisk } = await media.readPackets({
    ...{ hostPath: known.hostPath, source, signal: step.signal },
    onProgress: (bytes) => {
      if (!decodes(level)) step.progress({ done: bytes, total: sizeBytes, unit: 'bytes' });
      else if (seconds !== null) {
        const done = seconds * PACKETS_SHARE * Math.min(1, bytes / sizeBytes);
        step.progress({ done, total: seconds, unit: 'seconds' });
      }
    },
  });
  if (blamesDisk) await requireReadable(known, step);
  step.log('info', `read ${tally.packets} packets`);
  await step.saveCheckpoint(checkpointOf(reading, { packets: tally }));
  return tally;
}

/** Film between two checkpoints, seconds. */
const SAVED_EACH = 120;

async function decode(
  { media }: ReadDeps,
  reading: Reading & { packets: PacketTally; from: DecodeTally | undefined },
): Promise<DecodeTally> {
  const { known, source, step, packets, from } = reading;
  const { seconds } = sourceLength(measuredSource(source, packets));
  if (from !== undefined) step.log('info', `goes on decoding at ${from.seconds.toFixed(1)} s`);
  let savedAt = from?.seconds ?? 0;
  let saving = Promise.resolve();
  const { tally, blamesDisk } = await decodeWhole(media, {
    ...{ hostPath: known.hostPath, source, signal: step.signal },
    ...(from === undefined ? {} : { from }),
    onProgress: (decoded) => {
      const done = Math.min(decoded.seconds, seconds ?? Infinity);
      const share = seconds === null ? done : seconds * PACKETS_SHARE + done * (1 - PACKETS_SHARE);
      step.progress({ done: share, total: seconds, unit: 'seconds' });
      // Where a seek is not exact, a decode has to begin anew.
      if (!seeksExactly(source.container) || decoded.seconds - savedAt < SAVED_EACH) return;
      savedAt = decoded.seconds;
      const checkpoint = checkpointOf(reading, { packets, decoded: structuredClone(decoded) });
      saving = saving.then(() => step.saveCheckpoint(checkpoint)).catch(() => undefined);
    },
  });
  await saving;
  if (blamesDisk) await requireReadable(known, step);
  step.log('info', `decoded ${tally.pictures} pictures, ${tally.seconds.toFixed(1)} s: ${tally.end.kind}`);
  return tally;
}

/** FFmpeg calls some damage an input/output error: only the disk itself knows. @throws Node's own error of a disk that fails. */
async function requireReadable({ hostPath }: ReadFile, { signal }: StepContext): Promise<void> {
  for await (const _chunk of createReadStream(hostPath, { signal, highWaterMark: 1 << 20 }))
    signal.throwIfAborted();
}

/** Raised whenever tallies mean something else than before. */
const VERSION = 1;

interface Progressed {
  packets: PacketTally;
  decoded?: DecodeTally;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const checkpointShape = z.object({
  key: z.string(),
  packets: z.custom<PacketTally>(isObject),
  decoded: z.custom<DecodeTally>(isObject).optional(),
});

function checkpointOf(reading: Reading, progressed: Progressed): object {
  return { key: keyOf(reading), ...progressed };
}

function keyOf({ known: { found } }: Reading): string {
  return `${VERSION} ${found.sizeBytes} ${found.modifiedMs}`;
}

function earlierOf(reading: Reading): z.output<typeof checkpointShape> | undefined {
  const { data } = checkpointShape.safeParse(reading.step.checkpoint);
  return data?.key === keyOf(reading) ? data : undefined;
}
