const CARDINALS = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen';
const ROMANS = 'i ii iii iv v vi vii viii ix x xi xii xiii xiv xv';

const WORD_NUMBERS = new Map(
  [CARDINALS, ROMANS].flatMap((list) => list.split(' ').map((word, at) => [word, at + 1] as const)),
);

const WORDS = [...WORD_NUMBERS.keys()].join('|');
const NUMBER = String.raw`\d{1,3}(?:\.\d+)?(?!\d)`;
const ANY_NUMBER = String.raw`(?:${NUMBER}|(?:${WORDS})(?![\p{L}\p{N}]))`;
const MARKER = String.raw`(?:books?|bks?|volumes?|vols?|band|tomes?|tomo|libro|no)`;
const MARKED = new RegExp(
  String.raw`(?:(?<![\p{L}\p{N}])${MARKER}[\s.#:_-]*|#\s*)(${ANY_NUMBER})(?:\s*(?:-|–|to|through|bis|&|and)\s*#?(${NUMBER}))?`,
  'giu',
);
/** Without one of these there is no marker; the whole pattern is slow on thousands of names. */
const MAY_MARK = /#|b(?:oo)?ks?|vol|band|tom[eo]|libro|no(?![a-z])/;
/** A number with a unit behind it ("64 kbps", "2 of 5", "11 hours") is no volume. */
const UNIT = String.raw`\s*(?:k|kbps|kb|mb|mib|gb|h|hrs?|hours?|mins?|minutes|cds?|chapters|files|parts|of|books?)(?![\p{L}\p{N}])`;
const LEADING = new RegExp(String.raw`^[\s,.#_:]*(${NUMBER})(?![\p{L}\p{N}]|${UNIT})`, 'iu');
/** Behind a colon a number word begins a subtitle: "Sapiens: Two Million Years". */
const LEADING_WORD = new RegExp(String.raw`^\s+(${WORDS})(?![\p{L}\p{N}]|${UNIT})`, 'iu');
/** A library's title, unlike a release's name, says "Part 2" of a work and not of a set of files. */
const PART = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:part|teil)\s+(${ANY_NUMBER})`, 'iu');
const TRAILING = new RegExp(String.raw`(?<![\p{L}\p{N}.])(${NUMBER})$`, 'u');

export interface StatedVolumes {
  /** Volumes named one by one: "Book 3", "#4", "Vol. II". */
  single: readonly number[];
  /** "Books 1-5": a pack. */
  ranges: readonly { from: number; to: number }[];
}

const NONE: StatedVolumes = { single: [], ranges: [] };

/** Reads the volume numbers that a folded title states with a marker such as "Book", "Vol" or "#". */
export function statedVolumes(folded: string): StatedVolumes {
  if (!MAY_MARK.test(folded)) return NONE;
  const stated: { single: number[]; ranges: { from: number; to: number }[] } = { single: [], ranges: [] };
  // By hand: matchAll makes a new pattern each time. The last turn sets the place back to the beginning.
  for (let found = MARKED.exec(folded); found !== null; found = MARKED.exec(folded)) {
    const from = parseVolume(found[1] ?? '');
    const to = found[2] === undefined ? undefined : parseVolume(found[2]);
    if (from === undefined) continue;
    if (to !== undefined && to > from) stated.ranges.push({ from, to });
    else stated.single.push(from);
  }
  return stated;
}

/** Every number by which a folded title may be told from its siblings: marked, a part, or its last word. */
export function volumesOfTitle(folded: string): number[] {
  const found = [PART.exec(folded)?.[1], TRAILING.exec(folded.trim())?.[1]].map((text) =>
    text === undefined ? undefined : parseVolume(text),
  );
  return [...statedVolumes(folded).single, ...found.filter((volume) => volume !== undefined)];
}

/** "03", "3", "III", "three" → 3; "1.5" stays 1.5. */
export function parseVolume(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  return WORD_NUMBERS.get(word) ?? (/^\d{1,3}(\.\d+)?$/.test(word) ? Number(word) : undefined);
}

/**
 * The number with which the text right behind a title goes on: "Mistborn 2", "Mistborn II", "Mistborn: Book 2".
 * A year has four digits, so it is none.
 */
export function volumeBehindTitle(rest: string): number | undefined {
  const plain = (LEADING.exec(rest) ?? LEADING_WORD.exec(rest))?.[1];
  if (plain !== undefined) return parseVolume(plain);
  const marked = statedVolumes(rest.slice(0, 24));
  const near = /^[\s,.:_([#-]*(?:books?|bks?|volumes?|vols?|band|tomes?|#)/u.test(rest);
  return near ? marked.single[0] : undefined;
}
