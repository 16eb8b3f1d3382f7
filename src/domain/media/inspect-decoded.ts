import { countErrors, noErrors, type ErrorTally } from './error-tally.js';
import { countFields, judgeFields, type FieldCount } from './fields.js';
import { finding, type Finding } from './findings.js';
import { agrees } from './length.js';

/** How a full decode has ended. */
export type DecodeEnd =
  | { kind: 'whole' }
  /** Ended by us: more errors than anybody needs to know of. */
  | { kind: 'flooded'; limit: number }
  /** FFmpeg showed no sign of life after it had told of errors. */
  | { kind: 'stalled' }
  | { kind: 'undecodable'; said: string }
  | { kind: 'no_decoder'; what: string };

export interface DecodeTally {
  end: DecodeEnd;
  /** Length that came out, seconds. */
  seconds: number;
  pictures: number;
  errors: ErrorTally;
  figures: DecodeFigures;
}

/** What filters have counted of the pictures (idet, vfrdet); null: of nothing. */
export interface DecodeFigures {
  fields: FieldCount | null;
  spacing: { uneven: number; of: number } | null;
}

export function nothingDecoded(): DecodeTally {
  return {
    ...{ end: { kind: 'whole' }, seconds: 0, pictures: 0, errors: noErrors() },
    figures: { fields: null, spacing: null },
  };
}

/** What was expected of the decode, by what was read before. */
export interface Decodable {
  /** How long the file plays; null where nobody can tell. */
  seconds: number | null;
  /** Packets of the picture. */
  packets: number;
  /** Some codecs have packets that show nothing. */
  codec: string;
}

/** Below this share something is lost that no codec explains. */
const LEAST_SHARE = 0.8;

/** What a full decode tells beside its errors (media.md §3.3 "thorough"). */
export function inspectDecoded(tally: DecodeTally, expected: Decodable): Finding[] {
  const { end, seconds, pictures } = tally;
  switch (end.kind) {
    case 'flooded':
      return [finding('error_flood', { count: end.limit, atSeconds: seconds })];
    case 'stalled':
      return [finding('stalls', { atSeconds: seconds })];
    case 'undecodable':
      return [finding('undecodable', { said: end.said })];
    case 'no_decoder':
      return [finding('no_decoder', { what: end.what })];
    case 'whole': {
      const isShort =
        expected.seconds !== null && seconds < expected.seconds && !agrees(seconds, expected.seconds);
      const isLost = pictures < expected.packets * LEAST_SHARE;
      return [
        ...(isShort ? [finding('ends_early', { seconds, expectedSeconds: expected.seconds ?? 0 })] : []),
        ...(isLost && expected.codec !== 'vp8'
          ? [finding('pictures_lost', { count: expected.packets - pictures, of: expected.packets })]
          : []),
        ...inspectFigures(tally),
      ];
    }
  }
}

function inspectFigures({ figures: { fields, spacing }, errors }: DecodeTally): Finding[] {
  const found: Finding[] = [];
  if (fields !== null) {
    const count = Math.max(fields.top, fields.bottom);
    if (judgeFields(fields) === 'interlaced')
      found.push(finding('interlaced', { what: 'as its pictures show', count, of: countFields(fields) }));
  }
  // A picture that was lost leaves a gap too.
  if (spacing !== null && spacing.uneven > 0 && countErrors(errors) === 0)
    found.push(finding('varying_rate', { count: spacing.uneven, of: spacing.of }));
  return found;
}
