/** `error`: the file is not what it should be, and counts as invalid; `warning`: it plays, with faults; `notice`: good to know. */
export const SEVERITIES = ['error', 'warning', 'notice'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Figures behind a finding; what does not apply is left out. */
export interface Evidence {
  /** Where in the film, seconds from its beginning. */
  atSeconds?: number;
  /** Errors of a decode lie somewhere between `atSeconds` and this. */
  untilSeconds?: number;
  /** What was measured. */
  seconds?: number;
  /** What was told, or is usual. */
  expectedSeconds?: number;
  count?: number;
  /** Of how many. */
  of?: number;
  /** Pictures that did not come out. */
  lost?: number;
  /** Number of the stream in its file. */
  stream?: number;
  /** Where in the file, bytes. */
  offset?: number;
  /** Names: a codec, a transfer, a field of the header. */
  what?: string;
  /** FFmpeg's own words. */
  said?: string;
}

export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** One sentence. */
  message: string;
  /** What a person can do about it; null: nothing needs to be done. */
  remedy: string | null;
  evidence: Evidence;
}

/** FFmpeg goes on over a damaged packet; over so many lines it has lost something (media.md V9). */
const MOST_ERRORS = 20;

const FETCH = 'Fetch the file again';
const REMUX = 'Re-encode it for streaming, which writes the file anew (reencode_streaming)';

interface Rule {
  severity: Severity | ((evidence: Evidence) => Severity);
  says: (evidence: Evidence) => string;
  remedy: string | null;
}

const byCount = ({ count = 0 }: Evidence): Severity => (count > MOST_ERRORS ? 'error' : 'warning');

const RULES = {
  empty: { severity: 'error', says: () => 'It is empty: it has no bytes', remedy: FETCH },
  no_index: {
    severity: 'error',
    says: () => 'Its index (moov) is missing: the download, or the recording, was not finished',
    remedy: FETCH,
  },
  playlist: {
    severity: 'error',
    says: () => 'It is a playlist, which names other files and holds no picture itself',
    remedy: 'Fetch the video that it names, and take this file away',
  },
  no_media: { severity: 'error', says: said('It is no media file that FFmpeg can read'), remedy: FETCH },
  no_picture: {
    severity: 'error',
    says: () => 'It has no picture that plays',
    remedy: 'Move it to where sound is kept, or fetch the video again',
  },
  cut_short: {
    severity: 'error',
    says: ({ seconds, expectedSeconds }) =>
      `It ends at ${time(seconds)} of ${time(expectedSeconds)} s: it was cut short`,
    remedy: FETCH,
  },
  container_damaged: {
    severity: 'error',
    says: (evidence) => said(`Its container is damaged${at(evidence)}`)(evidence),
    remedy: FETCH,
  },
  picture_without_data: {
    severity: 'error',
    says: () => 'Its picture is announced, and there is not one packet of it',
    remedy: FETCH,
  },
  undecodable: { severity: 'error', says: said('Nothing of it can be decoded'), remedy: FETCH },
  ends_early: {
    severity: 'error',
    says: ({ seconds, expectedSeconds }) =>
      `Only ${time(seconds)} of its ${time(expectedSeconds)} s can be decoded`,
    remedy: FETCH,
  },
  pictures_lost: {
    severity: 'error',
    says: ({ count, of }) => `${count} of its ${of} pictures cannot be decoded`,
    remedy: FETCH,
  },
  picture_damaged: {
    severity: byCount,
    says: (evidence) => said(`Its picture is damaged${at(evidence)}: ${lines(evidence)}`)(evidence),
    remedy: FETCH,
  },
  sound_damaged: {
    severity: byCount,
    says: (evidence) => said(`Its sound is damaged${at(evidence)}: ${lines(evidence)}`)(evidence),
    remedy: FETCH,
  },
  error_flood: {
    severity: 'error',
    says: ({ count, atSeconds }) =>
      `FFmpeg told of more than ${count} errors by ${time(atSeconds)} s, and was ended there`,
    remedy: FETCH,
  },
  stalls: {
    severity: 'error',
    says: ({ atSeconds }) => `FFmpeg got stuck in it, at ${time(atSeconds)} s`,
    remedy: FETCH,
  },
  no_decoder: {
    severity: 'warning',
    says: ({ what }) => `It could not be decoded: the FFmpeg of this host knows no ${what}`,
    remedy: 'Install an FFmpeg with that decoder, and validate it again',
  },
  hole: {
    severity: 'warning',
    says: ({ stream, seconds, atSeconds, count = 1 }) =>
      `Stream ${stream} has a hole of ${time(seconds)} s at ${time(atSeconds)} s${count > 1 ? `, and ${count - 1} more` : ''}`,
    remedy: FETCH,
  },
  times_restart: {
    severity: 'warning',
    says: ({ stream, atSeconds, count = 1 }) =>
      `The times of stream ${stream} begin anew at ${time(atSeconds)} s${count > 1 ? `, and ${count - 1} times more` : ''}: files were joined by their bytes`,
    remedy: REMUX,
  },
  lengths_differ: {
    severity: 'warning',
    says: ({ what, seconds, expectedSeconds }) =>
      `Its ${what} tells ${time(expectedSeconds)} s, and it plays ${time(seconds)} s`,
    remedy: REMUX,
  },
  sound_ends_early: {
    severity: 'warning',
    says: ({ stream, seconds, expectedSeconds }) =>
      `Its sound (stream ${stream}) ends at ${time(seconds)} s, its picture at ${time(expectedSeconds)} s`,
    remedy: FETCH,
  },
  picture_ends_early: {
    severity: 'warning',
    says: ({ stream, seconds, expectedSeconds }) =>
      `Its picture ends at ${time(seconds)} s, its sound (stream ${stream}) at ${time(expectedSeconds)} s`,
    remedy: FETCH,
  },
  stream_without_data: {
    severity: 'warning',
    says: ({ stream, what }) => `Stream ${stream} (${what}) is announced, and there is not one packet of it`,
    remedy: FETCH,
  },
  starts_apart: {
    severity: 'warning',
    says: ({ stream, seconds }) =>
      `Its sound (stream ${stream}) begins ${time(Math.abs(seconds ?? 0))} s ${(seconds ?? 0) < 0 ? 'before' : 'after'} its picture`,
    remedy: 'Listen whether it is in step with the picture; where it is not, fetch another copy',
  },
  reserved_color: {
    severity: 'warning',
    says: ({ what }) => `Its colour tags hold a reserved value (${what}), which players read in many ways`,
    remedy: REMUX,
  },
  dolby_vision_only: {
    severity: 'warning',
    says: () => 'It is Dolby Vision without a picture for other players, which show it purple and green',
    remedy: 'Fetch a copy in SDR or HDR10',
  },
  times_unordered: {
    severity: 'notice',
    says: ({ count }) => `Its times are not in order (${count} times); players put them right`,
    remedy: null,
  },
  no_sound: { severity: 'notice', says: () => 'It has no sound', remedy: null },
  varying_rate: {
    severity: 'notice',
    says: () => 'Its pictures are not evenly spaced (variable frame rate)',
    remedy: null,
  },
  interlaced: {
    severity: 'notice',
    says: ({ what }) => `Its pictures are interlaced, ${what}`,
    remedy: null,
  },
  high_dynamic_range: {
    severity: 'notice',
    says: ({ what }) => `Its picture has a high dynamic range (${what})`,
    remedy: null,
  },
  other_streams: {
    severity: 'notice',
    says: ({ count, what }) => `Beside picture and sound it holds ${count} more: ${what}`,
    remedy: null,
  },
  late_start: {
    severity: 'notice',
    says: ({ seconds }) => `Its first time is ${time(seconds)} s, not zero`,
    remedy: null,
  },
} as const satisfies Record<string, Rule>;

/** What a validation can find; a closed set. */
export type FindingCode = keyof typeof RULES;
export const FINDING_CODES = Object.keys(RULES) as [FindingCode, ...FindingCode[]];

export function finding(code: FindingCode, measured: Evidence = {}): Finding {
  const evidence = toMilliseconds(measured);
  const { severity, says, remedy }: Rule = RULES[code];
  return {
    code,
    severity: typeof severity === 'function' ? severity(evidence) : severity,
    message: says(evidence),
    remedy,
    evidence,
  };
}

function toMilliseconds(evidence: Evidence): Evidence {
  const round = (value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
  return Object.fromEntries(Object.entries(evidence).map(([name, value]) => [name, round(value)]));
}

/** The gravest first; equals keep their order. */
export function gravestFirst(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((found) => found.severity === severity));
}

export function verdictOf(findings: readonly Finding[]): 'valid' | 'invalid' {
  return findings.some(({ severity }) => severity === 'error') ? 'invalid' : 'valid';
}

function time(seconds: number | undefined): string {
  return (seconds ?? 0).toFixed(1);
}

function at({ atSeconds, untilSeconds }: Evidence): string {
  if (atSeconds === undefined) return '';
  return untilSeconds === undefined
    ? ` after ${time(atSeconds)} s`
    : ` between ${time(atSeconds)} and ${time(untilSeconds)} s`;
}

function lines({ count = 0, lost }: Evidence): string {
  const told = count === 1 ? 'one error' : `${count} errors`;
  return lost === undefined ? told : `${told}, ${lost} ${lost === 1 ? 'picture' : 'pictures'} lost`;
}

function said(words: string): (evidence: Evidence) => string {
  return (evidence) => (evidence.said === undefined ? words : `${words} ("${evidence.said}")`);
}
