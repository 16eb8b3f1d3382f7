const WORD_NUMBERS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  i: 1,
  ii: 2,
  iii: 3,
  iv: 4,
  v: 5,
  vi: 6,
  vii: 7,
  viii: 8,
  ix: 9,
  x: 10,
};

const NUMBER = String.raw`\d{1,3}(?:\.\d+)?(?!\d)`;
const MARKER = String.raw`(?:books?|bks?|volumes?|vols?|band|tomes?|tomo|libro|no)`;
const MARKED = new RegExp(
  String.raw`(?:(?<![\p{L}\p{N}])${MARKER}[\s.#:_-]*|#\s*)(${NUMBER}|(?:${Object.keys(WORD_NUMBERS).join('|')})(?![\p{L}\p{N}]))(?:\s*(?:-|–|to|through|bis|&|and)\s*#?(${NUMBER}))?`,
  'giu',
);
/** A number with a unit behind it ("64 kbps", "2 of 5", "11 hours") is no volume. */
const UNIT = String.raw`\s*(?:k|kbps|kb|mb|mib|gb|h|hrs?|hours?|mins?|minutes|cds?|chapters|files|parts|of|books?)(?![\p{L}\p{N}])`;
const LEADING = new RegExp(String.raw`^[\s,.#_:]*(${NUMBER})(?![\p{L}\p{N}]|${UNIT})`, 'u');

export interface StatedVolumes {
  /** Volumes named one by one: "Book 3", "#4", "Vol. II". */
  single: number[];
  /** "Books 1-5": a pack. */
  ranges: { from: number; to: number }[];
}

/** Reads the volume numbers that a folded title states with a marker such as "Book", "Vol" or "#". */
export function statedVolumes(folded: string): StatedVolumes {
  const stated: StatedVolumes = { single: [], ranges: [] };
  for (const [, first, last] of folded.matchAll(MARKED)) {
    const from = parseVolume(first ?? '');
    const to = last === undefined ? undefined : parseVolume(last);
    if (from === undefined) continue;
    if (to !== undefined && to > from) stated.ranges.push({ from, to });
    else stated.single.push(from);
  }
  return stated;
}

/** "03", "3", "III", "three" → 3; "1.5" stays 1.5. */
export function parseVolume(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  const number = WORD_NUMBERS[word] ?? (/^\d{1,3}(\.\d+)?$/.test(word) ? Number(word) : undefined);
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

/**
 * The number with which the text right behind a title goes on: "Mistborn 2", "Mistborn: Book 2", "Mistborn #2".
 * A year has four digits, so it is none.
 */
export function volumeBehindTitle(rest: string): number | undefined {
  const plain = LEADING.exec(rest)?.[1];
  if (plain !== undefined) return parseVolume(plain);
  const marked = statedVolumes(rest.slice(0, 24));
  const near = /^[\s,.:_([#-]*(?:books?|bks?|volumes?|vols?|band|tomes?|#)/u.test(rest);
  return near ? marked.single[0] : undefined;
}
