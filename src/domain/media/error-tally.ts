/** Whose trouble a line of FFmpeg's is (media.md §3.3 "thorough"). */
export const ERROR_CLASSES = ['container', 'picture', 'sound', 'times'] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export interface ErrorCount {
  count: number;
  /** The first of them, and between which seconds of the film it was. */
  said?: string;
  atSeconds?: number;
  untilSeconds?: number;
}

/** Lines that FFmpeg calls errors, by class. */
export type ErrorTally = Record<ErrorClass, ErrorCount>;

export function noErrors(): ErrorTally {
  return { container: { count: 0 }, picture: { count: 0 }, sound: { count: 0 }, times: { count: 0 } };
}

/** In place. */
export function addError(
  tally: ErrorTally,
  { kind, said, atSeconds }: { kind: ErrorClass; said: string; atSeconds?: number },
): void {
  const { count, ...first } = tally[kind];
  const told = count > 0 ? first : { said, ...(atSeconds === undefined ? {} : { atSeconds }) };
  tally[kind] = { ...told, count: count + 1 };
}

/** FFmpeg has got further: what it has complained of lies before. In place. */
export function passErrors(tally: ErrorTally, atSeconds: number): void {
  for (const kind of ERROR_CLASSES) {
    const { atSeconds: since, untilSeconds } = tally[kind];
    if (since === undefined || untilSeconds !== undefined || atSeconds <= since) continue;
    tally[kind] = { ...tally[kind], untilSeconds: atSeconds };
  }
}

export function countErrors(tally: ErrorTally): number {
  return ERROR_CLASSES.reduce((sum, kind) => sum + tally[kind].count, 0);
}

/** Decoders by FFmpeg's names, which are not always their codec's. */
const SOUND =
  /^(aac|aac_latm|mp[123](float)?|e?ac3|dca|truehd|mlp|(lib)?opus|(lib)?vorbis|flac|alac|wma|pcm_|adpcm_|amr|cook|ape)/;

/** What the file is made of, as far as lines name it. */
export interface Classified {
  /** ffprobe's names of the container. */
  container: string;
  /** Numbers of its sound streams. */
  sound: readonly number[];
}

/**
 * The class of a line, by who says it. FFmpeg 5 names a decoder or a stream, FFmpeg 9 its own part too:
 * `[in#0/matroska,webm @ 0x1] [error] …`, `[aist#0:1/aac @ 0x1] [dec:aac @ 0x2] [error] …`.
 */
export function classifyError(line: string, { container, sound }: Classified): ErrorClass {
  if (/non.monoton|out of order|Invalid timestamps/i.test(line)) return 'times';
  const speaker = /^\[([^\]@]+?)(?: @ [^\]]*)?\]/.exec(line)?.[1] ?? '';
  if (speaker.startsWith('in#') || speaker === container) return 'container';
  if (speaker.startsWith('aist#')) return 'sound';
  if (speaker.startsWith('vist#')) return 'picture';
  const stream = /stream #\d+:(\d+)/.exec(line)?.[1];
  if (stream !== undefined) return sound.includes(Number(stream)) ? 'sound' : 'picture';
  return SOUND.test(speaker) ? 'sound' : 'picture';
}
