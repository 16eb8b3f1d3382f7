/** A set of UTF-16 code units; letters of both cases belong to it if one does. */
export interface CharSet {
  ranges: readonly CharRange[];
  has: (code: number) => boolean;
}

/** Both ends included. */
export type CharRange = readonly [from: number, to: number];

const ASCII = 128;
const LAST = 0xff_ff;

/** What is asked thousands of times a pattern: ASCII, which nearly all of a name is, has a table. */
export function charSet(ranges: readonly CharRange[], { negated = false } = {}): CharSet {
  const contains = (code: number): boolean => variantsOf(code).some((one) => isIn(ranges, one)) !== negated;
  const table = Uint8Array.from({ length: ASCII }, (_, code) => Number(contains(code)));
  return {
    ranges: negated ? complement(ranges) : ranges,
    has: (code) => (code < ASCII ? table[code] === 1 : contains(code)),
  };
}

function variantsOf(code: number): number[] {
  const char = String.fromCharCode(code);
  return [char, char.toLowerCase(), char.toUpperCase()]
    .filter(({ length }) => length === 1)
    .map((one) => one.charCodeAt(0));
}

function isIn(ranges: readonly CharRange[], code: number): boolean {
  return ranges.some(([from, to]) => code >= from && code <= to);
}

function complement(ranges: readonly CharRange[]): CharRange[] {
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const gaps: CharRange[] = [];
  let next = 0;
  for (const [from, to] of sorted) {
    if (from > next) gaps.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  return next > LAST ? gaps : [...gaps, [next, LAST]];
}

const DIGITS: readonly CharRange[] = [[0x30, 0x39]];
const SPACES: readonly CharRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
];
/** Letters of every script count as letters of a word, unlike in JavaScript: titles are in all languages. */
const WORD: readonly CharRange[] = [
  ...DIGITS,
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0x5f, 0x5f],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x1f_ff],
  [0x2c_00, 0x2d_ff],
  [0x30_40, LAST],
];

export const WORD_CHARS = charSet(WORD);

export const SHORTHANDS: Readonly<Record<string, CharSet>> = {
  d: charSet(DIGITS),
  D: charSet(DIGITS, { negated: true }),
  s: charSet(SPACES),
  S: charSet(SPACES, { negated: true }),
  w: WORD_CHARS,
  W: charSet(WORD, { negated: true }),
};
