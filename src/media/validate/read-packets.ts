import { createInterface } from 'node:readline';

import { Fault } from '../../domain/faults.js';
import { noErrors } from '../../domain/media/error-tally.js';
import {
  addPacket,
  noPackets,
  type Packet,
  type PacketTally,
  type StreamTally,
} from '../../domain/media/packet-tally.js';
import type { MediaSource } from '../../domain/media/source.js';
import { outsideFault, startFfprobe } from '../ffprobe.js';
import { ErrorWords, EVERY_LINE } from './error-words.js';

export interface PacketReading {
  /** Host path. */
  hostPath: string;
  source: MediaSource;
  signal: AbortSignal;
  /** Bytes of the file that were passed; told often. */
  onProgress: (bytes: number) => void;
}

/** What was read, and whether a line blamed the disk for it. */
export interface PacketsRead {
  tally: PacketTally;
  blamesDisk: boolean;
}

export type ReadPackets = (reading: PacketReading) => Promise<PacketsRead>;

/** ffprobe gives these in its own order, whatever the order that they are asked in. */
const ENTRIES = 'packet=stream_index,pts_time,dts_time,duration_time,pos';
/** As long as FFmpeg may be silent while it begins (watchdog.ts). */
const SILENCE_MS = 120_000;

/**
 * Reads every packet of a file, without decoding it: as long as the disk takes (media.md §3.3 "packets").
 * @throws the signal's reason after an abort, once ffprobe is gone; Fault gone, environment without an ffprobe, transient
 * where it tells nothing for `silenceMs`.
 */
export function createReadPackets({
  ffprobePath,
  silenceMs = SILENCE_MS,
}: {
  ffprobePath: string;
  silenceMs?: number;
}): ReadPackets {
  return async ({ hostPath, source, signal, onProgress }) => {
    signal.throwIfAborted();
    const errors = noErrors();
    const words = new ErrorWords(errors, { hostPath, source });
    const lines = splitLines((line) => {
      words.add(line);
    });
    const child = startFfprobe(ffprobePath, {
      ...{ hostPath, onStderr: lines.add },
      options: ['-v', `${EVERY_LINE}+error`, '-of', 'compact=p=0:nk=1', '-show_entries', ENTRIES],
    });
    const silence = new AbortController();
    const stop = (): void => void child.stop();
    const timer = setTimeout(() => {
      silence.abort();
      stop();
    }, silenceMs);
    signal.addEventListener('abort', stop, { once: true });
    const streams = new Map<number, StreamTally>();
    let packets = 0;
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const packet = parsePacket(line);
        if (packet === undefined) return;
        packets += 1;
        timer.refresh();
        addPacket(streamOf(streams, packet.stream), packet);
        if (packets % TOLD_EACH === 0) onProgress(Math.max(0, packet.offset));
      });
    const { code } = await child.exited;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (silence.signal.aborted)
      throw new Fault(
        'transient',
        `ffprobe told nothing for ${Math.round(silenceMs / 1_000)} s and was ended`,
      );
    lines.end();
    const outside = code === 0 ? undefined : outsideFault({ hostPath, code, stderr: child.stderrTail() });
    if (outside !== undefined) throw outside;
    return {
      tally: { streams: [...streams.values()], packets, errors },
      blamesDisk: words.blamesDisk,
    };
  };
}

const TOLD_EACH = 100;

function streamOf(streams: Map<number, StreamTally>, index: number): StreamTally {
  const known = streams.get(index);
  if (known !== undefined) return known;
  const tally = noPackets(index);
  streams.set(index, tally);
  return tally;
}

/** `1|19.992|19.992|0.023|1860210`; undefined for what ffprobe tells beside the packets. */
function parsePacket(line: string): Packet | undefined {
  const [stream = '', pts = '', dts = '', duration = '', offset = ''] = line.split('|');
  if (!/^\d+$/.test(stream) || offset === '') return undefined;
  const number = (text: string): number | null => (text === 'N/A' || text === '' ? null : Number(text));
  return {
    stream: Number(stream),
    ...{ seconds: number(pts), order: number(dts), duration: number(duration) ?? 0 },
    offset: number(offset) ?? -1,
  };
}

function splitLines(onLine: (line: string) => void): { add: (text: string) => void; end: () => void } {
  let open = '';
  return {
    add: (text) => {
      const lines = (open + text).split('\n');
      open = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end: () => {
      if (open !== '') onLine(open);
    },
  };
}
