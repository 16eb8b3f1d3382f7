/** Names and codes by which releases and catalogues tell a language; the first is the ISO 639-1 code. */
const LANGUAGES = [
  ['en', 'eng', 'english'],
  ['de', 'ger', 'deu', 'german', 'deutsch'],
  ['fr', 'fre', 'fra', 'french', 'francais'],
  ['es', 'spa', 'spanish', 'espanol', 'castellano'],
  ['it', 'ita', 'italian', 'italiano'],
  ['nl', 'dut', 'nld', 'dutch', 'nederlands'],
  ['pt', 'por', 'portuguese', 'portugues'],
  ['pl', 'pol', 'polish', 'polski'],
  ['ru', 'rus', 'russian'],
  ['sv', 'swe', 'swedish', 'svenska'],
  ['da', 'dan', 'danish', 'dansk'],
  ['no', 'nor', 'norwegian', 'norsk'],
  ['fi', 'fin', 'finnish', 'suomi'],
  ['cs', 'cze', 'ces', 'czech'],
  ['hu', 'hun', 'hungarian', 'magyar'],
  ['tr', 'tur', 'turkish'],
  ['ja', 'jpn', 'japanese'],
  ['zh', 'chi', 'zho', 'chinese', 'mandarin'],
] as const;

export type Language = (typeof LANGUAGES)[number][0];
export const LANGUAGE_CODES = LANGUAGES.map(([code]) => code) as [Language, ...Language[]];

const BY_NAME = new Map<string, Language>(
  LANGUAGES.flatMap((names) => names.map((name) => [name, names[0]])),
);

/** `en-US`, `eng`, `English` → `en`; undefined for what is not in the table. */
export function parseLanguage(text: string): Language | undefined {
  const known = BY_NAME.get(text);
  if (known !== undefined) return known;
  const word = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
  return BY_NAME.get(word) ?? BY_NAME.get(word.split(/[-_]/)[0] ?? '');
}

/**
 * Names count anywhere. Codes such as `de`, `no` or `dan` are words elsewhere, so they count only in brackets
 * that hold nothing but codes and other tags: "[EN/DE]", "(M4B eng)", but not "(no chapters)" or "(read by Dan)".
 */
export function languagesIn({
  words,
  brackets,
  isTag,
}: {
  words: readonly string[];
  /** The words of each bracket. */
  brackets: readonly (readonly string[])[];
  isTag: (word: string) => boolean;
}): Language[] {
  const found: Language[] = [];
  const add = (word: string): void => {
    const language = BY_NAME.get(word);
    if (language !== undefined && !found.includes(language)) found.push(language);
  };
  for (const word of words) if (word.length > 3) add(word);
  for (const inner of brackets) {
    if (inner.every((word) => BY_NAME.has(word) || isTag(word))) inner.forEach(add);
  }
  return found;
}
