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

const BY_NAME = new Map<string, Language>(
  LANGUAGES.flatMap((names) => names.map((name) => [name, names[0]])),
);

/** `en-US`, `eng`, `English` → `en`; undefined for what is not in the table. */
export function parseLanguage(text: string): Language | undefined {
  const word = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
  return BY_NAME.get(word) ?? BY_NAME.get(word.split(/[-_]/)[0] ?? '');
}

/** Codes such as `de` or `no` are words elsewhere, so they count inside brackets only. */
export function languagesIn({ words, bracketed }: { words: string[]; bracketed: string[] }): Language[] {
  const named = words.filter((word) => word.length > 3).map((word) => BY_NAME.get(word));
  const coded = bracketed.map((word) => BY_NAME.get(word));
  return [...new Set([...named, ...coded].filter((language) => language !== undefined))];
}
