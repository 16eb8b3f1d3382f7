import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import {
  seekTo,
  segmentSeconds,
  type SegmentCheckpoint,
  type SegmentGrid,
} from '../../domain/media/segments.js';
import type { Ratio } from '../../domain/media/source.js';
import type { RunFfmpeg } from '../ffmpeg/run.js';
import type { PictureOptions } from '../plan/picture-options.js';
import { segmentFile, segmentName } from './segment-files.js';
import { countPictures } from './ts-scan.js';

export interface SegmentedEncode {
  run: RunFfmpeg;
  /** Host path of the source. */
  source: string;
  /** Index of the picture in it, and its own rate. */
  index: number;
  sourceRate: Ratio;
  plan: EncodePlan & { rate: Ratio };
  picture: PictureOptions;
  grid: SegmentGrid;
  /** Host folder of the finished segments, and one of this attempt alone in the same file system. */
  folder: string;
  workFolder: string;
  from: SegmentCheckpoint;
  signal: AbortSignal;
  /** Puts a checked segment onto the disk for good, under its final name. */
  keep: (made: string, file: string) => Promise<void>;
  /** Hears each finished segment once it is whole, checked and on the disk. */
  onSegment: (checkpoint: SegmentCheckpoint) => Promise<void>;
  /** Pictures encoded, the finished segments' included. */
  onProgress: (frames: number) => void;
}

/** Its segments do not hold the pictures that they have to: another cut would not help, one piece does. */
export class SegmentMismatch extends Fault {
  constructor(message: string) {
    super('transient', message);
  }
}

const LIST = 'list.csv';

/**
 * Encodes what `from` lacks: one FFmpeg that writes MPEG-TS segments, each of which is counted, synced and handed over as
 * soon as the muxer lists it (docs/decisions/media-jobs.md). What an abort leaves unfinished is not handed over.
 * @throws as RunFfmpeg; SegmentMismatch where a segment holds another number of pictures than it has to.
 */
export async function encodeSegments(encode: SegmentedEncode): Promise<SegmentCheckpoint> {
  if (encode.from.isWhole) return encode.from;
  await mkdir(encode.workFolder, { recursive: true });
  const collector = new Collector(encode);
  const failing = new AbortController();
  const collect = (): void => {
    void collector.collect().catch((error: unknown) => {
      failing.abort(error);
    });
  };
  const { seekSeconds, lateSeconds } = seekTo(encode.plan, {
    frame: encode.from.frames,
    sourceRate: encode.sourceRate,
  });
  const encoding = encode.run({
    inputs: [
      {
        path: encode.source,
        options: [...encode.picture.input, ...(seekSeconds > 0 ? ['-ss', seekSeconds.toFixed(6)] : [])],
      },
    ],
    output: path.join(encode.workFolder, 's%05d.ts'),
    options: [
      ...['-map', `0:${encode.index}`, '-filter:v', encode.picture.filter(lateSeconds)],
      ...encode.picture.encoder,
      ...muxerOptions(encode),
    ],
    signal: AbortSignal.any([encode.signal, failing.signal]),
    onProgress: ({ frames }) => {
      encode.onProgress(encode.from.frames + frames);
      collect();
    },
  });
  await encoding.catch(async (error: unknown) => {
    // What was finished meanwhile is not lost to a pause; whatever hinders that, the reason of the end is told.
    if (!failing.signal.aborted) await collector.collect().catch(() => undefined);
    throw error;
  });
  return collector.finish();
}

/** Cuts fall on forced keyframes, half a picture's time to either side. */
function muxerOptions({ grid, from, workFolder }: SegmentedEncode): string[] {
  return [
    ...['-f', 'segment', '-segment_format', 'mpegts', '-muxdelay', '0', '-muxpreload', '0'],
    ...['-segment_time', segmentSeconds(grid, grid.frames).toFixed(6)],
    ...['-segment_time_delta', segmentSeconds(grid, 0.5).toFixed(6)],
    ...['-segment_start_number', String(from.finished)],
    ...['-segment_list', path.join(workFolder, LIST), '-segment_list_type', 'csv'],
  ];
}

/** Takes over what the muxer lists: every byte of a segment is written before its line (tried with 5.1 and 9). */
class Collector {
  readonly #encode: SegmentedEncode;
  #at: SegmentCheckpoint;
  /** The first segment that nobody has looked at. */
  #next: number;
  #working: Promise<void> = Promise.resolve();
  /** Fewer pictures than all others have: it has to be the film's end. */
  #last: { index: number; pictures: number } | undefined;

  constructor(encode: SegmentedEncode) {
    this.#encode = encode;
    this.#at = encode.from;
    this.#next = encode.from.finished;
  }

  /** One at a time, in order. */
  collect(): Promise<void> {
    this.#working = this.#working.then(() => this.#collectListed());
    return this.#working;
  }

  /** FFmpeg has ended well: what it listed last ends the film. */
  async finish(): Promise<SegmentCheckpoint> {
    await this.collect();
    if (this.#last !== undefined) await this.#take(this.#last.index, this.#last.pictures, true);
    else await this.#tell({ ...this.#at, isWhole: true });
    if (this.#at.frames === 0) throw new Fault('transient', 'FFmpeg ended without a single picture');
    return this.#at;
  }

  async #collectListed(): Promise<void> {
    const listed = await listedSegments(path.join(this.#encode.workFolder, LIST));
    for (; this.#next < this.#encode.from.finished + listed; this.#next += 1) {
      if (this.#last !== undefined) throw this.#wrongCount(this.#last);
      const index = this.#next;
      const pictures = await countPictures(path.join(this.#encode.workFolder, segmentName(index)));
      if (pictures === this.#encode.grid.frames) await this.#take(index, pictures, false);
      else if (pictures < this.#encode.grid.frames) this.#last = { index, pictures };
      else throw this.#wrongCount({ index, pictures });
    }
  }

  async #take(index: number, pictures: number, isWhole: boolean): Promise<void> {
    const made = path.join(this.#encode.workFolder, segmentName(index));
    await this.#encode.keep(made, segmentFile(this.#encode.folder, index));
    const { key, frames } = this.#at;
    await this.#tell({ key, finished: index + 1, frames: frames + pictures, isWhole });
  }

  async #tell(checkpoint: SegmentCheckpoint): Promise<void> {
    this.#at = checkpoint;
    await this.#encode.onSegment(checkpoint);
  }

  #wrongCount({ index, pictures }: { index: number; pictures: number }): SegmentMismatch {
    return new SegmentMismatch(
      `Expected ${this.#encode.grid.frames} pictures in segment ${index}, it holds ${pictures}`,
    );
  }
}

/** Whole lines alone count. */
async function listedSegments(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').length - 1;
}
