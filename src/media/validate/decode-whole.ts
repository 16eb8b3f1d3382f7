import { Fault } from '../../domain/faults.js';
import { countErrors, passErrors, type ErrorTally } from '../../domain/media/error-tally.js';
import { nothingDecoded, type DecodeEnd, type DecodeTally } from '../../domain/media/inspect-decoded.js';
import type { MediaSource } from '../../domain/media/source.js';
import { FfmpegFault } from '../ffmpeg/ffmpeg-fault.js';
import type { FfmpegPosition } from '../ffmpeg/progress.js';
import type { MediaTools } from '../tools.js';
import { ErrorWords, EVERY_LINE } from './error-words.js';
import { readDecodeFigures } from './decode-figures.js';

export interface Decoding {
  /** Host path. */
  hostPath: string;
  source: MediaSource;
  signal: AbortSignal;
  /** What an earlier attempt has decoded, from which this one goes on. */
  from?: DecodeTally;
  /** Some ten times a second, with all that was decoded by then. */
  onProgress: (tally: DecodeTally) => void;
}

/** More than this nobody needs to know: FFmpeg is ended (media.md §7 no. 11). */
export const MOST_DECODE_ERRORS = 500;
/** Ten times a second: an error's place in the film is known by the positions around it. */
const STATS_SECONDS = '0.1';
/** A validation holds no cores of its host; it is to leave some. */
const THREADS = 2;

/**
 * Decodes every picture and sound of a file to nowhere (media.md §3.3 "thorough").
 * @throws the signal's reason after an abort, once FFmpeg is gone; Fault environment for the host's troubles, transient
 * where FFmpeg hangs or fails and has told of no error in the file.
 */
export async function decodeWhole(
  { run }: Pick<MediaTools, 'run'>,
  { hostPath, source, signal, from = nothingDecoded(), onProgress }: Decoding,
): Promise<{ tally: DecodeTally; blamesDisk: boolean }> {
  const tally: DecodeTally = { ...from, errors: structuredClone(from.errors) };
  const words = new ErrorWords(tally.errors, { hostPath, source });
  const flood = new AbortController();
  const told = (at: FfmpegPosition): void => {
    tally.seconds = from.seconds + at.seconds;
    tally.pictures = from.pictures + at.frames;
    passErrors(tally.errors, tally.seconds);
  };
  try {
    const done = await run({
      inputs: [{ path: hostPath, options: inputOptions(from.seconds) }],
      output: '/dev/null',
      options: decodeOptions(source),
      signal: AbortSignal.any([signal, flood.signal]),
      onProgress: (at) => {
        told(at);
        onProgress(tally);
      },
      onError: (line, at) => {
        words.add(line, from.seconds + at.seconds);
        if (harm(tally.errors) > MOST_DECODE_ERRORS) flood.abort(new Fault('bad_input', 'a flood of errors'));
      },
    });
    told(done);
    tally.figures = readDecodeFigures(done.said);
  } catch (error) {
    signal.throwIfAborted();
    tally.end = flood.signal.aborted
      ? { kind: 'flooded', limit: MOST_DECODE_ERRORS }
      : endOf(error, tally.errors);
  }
  return { tally, blamesDisk: words.blamesDisk };
}

/** Times that are not in order harm nobody, and there may be one line a packet of them. */
function harm(errors: ErrorTally): number {
  return countErrors(errors) - errors.times.count;
}

function inputOptions(fromSeconds: number): string[] {
  const always = ['-threads', String(THREADS)];
  return fromSeconds === 0 ? always : [...always, '-ss', fromSeconds.toFixed(3)];
}

function decodeOptions({ video, audio }: MediaSource): string[] {
  const streams = [...(video === null ? [] : [video]), ...audio];
  return [
    // FFmpeg's own limit is a share of what failed, and tells nothing.
    ...['-v', `${EVERY_LINE}+info`, '-max_error_rate', '1', '-stats_period', STATS_SECONDS],
    ...streams.flatMap(({ index }) => ['-map', `0:${index}`]),
    ...(video === null ? [] : ['-filter:v', 'idet,vfrdet', '-fps_mode', 'passthrough']),
    ...['-f', 'null'],
  ];
}

/** @throws the error where it is no word about the file. */
function endOf(error: unknown, errors: ErrorTally): DecodeEnd {
  if (!(error instanceof FfmpegFault)) throw error;
  switch (error.trouble) {
    case 'bad_input':
      return { kind: 'undecodable', said: lastWords(error) };
    case 'silent':
      if (countErrors(errors) === 0) throw error;
      return { kind: 'stalled' };
    case 'failed': {
      const codec =
        /Decoder \(?(?:codec )?['"]?([\w-]+)['"]?\)? not found|no decoder found for: ([\w-]+)/i.exec(
          error.message,
        );
      if (codec !== null) return { kind: 'no_decoder', what: codec[1] ?? codec[2] ?? 'decoder of it' };
      if (countErrors(errors) === 0) throw error;
      return { kind: 'undecodable', said: lastWords(error) };
    }
    case 'missing':
    case 'disk':
    case 'source_missing':
    case 'capability':
    case 'sessions_full':
    case 'vram_full':
    case 'device':
    case 'crashed':
    case 'killed':
      throw error;
  }
}

/** The last line of what FFmpeg said; the fault's own message begins with its exit. */
function lastWords({ message }: FfmpegFault): string {
  return (message.trim().split('\n').at(-1) ?? '').replaceAll(/(file:)?\/\S*\//g, '').slice(-200);
}
