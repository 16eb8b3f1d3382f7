/** Languages with two codes in ISO 639-2, and the two letters of ISO 639-1 that people write. */
const SAME: readonly (readonly string[])[] = [
  ['ger', 'deu', 'de'],
  ['fre', 'fra', 'fr'],
  ['dut', 'nld', 'nl'],
  ['chi', 'zho', 'zh'],
  ['cze', 'ces', 'cs'],
  ['gre', 'ell', 'el'],
  ['ice', 'isl', 'is'],
  ['mac', 'mkd', 'mk'],
  ['may', 'msa', 'ms'],
  ['per', 'fas', 'fa'],
  ['rum', 'ron', 'ro'],
  ['slo', 'slk', 'sk'],
  ['wel', 'cym', 'cy'],
  ['alb', 'sqi', 'sq'],
  ['arm', 'hye', 'hy'],
  ['baq', 'eus', 'eu'],
  ['bur', 'mya', 'my'],
  ['geo', 'kat', 'ka'],
  ['tib', 'bod', 'bo'],
  ['eng', 'en'],
  ['spa', 'es'],
  ['ita', 'it'],
  ['por', 'pt'],
  ['rus', 'ru'],
  ['jpn', 'ja'],
  ['kor', 'ko'],
  ['swe', 'sv'],
  ['nor', 'no'],
  ['dan', 'da'],
  ['fin', 'fi'],
  ['pol', 'pl'],
  ['tur', 'tr'],
  ['ara', 'ar'],
  ['heb', 'he'],
  ['hin', 'hi'],
  ['hun', 'hu'],
  ['ukr', 'uk'],
];
const FIRST = new Map(SAME.flatMap((codes) => codes.map((code) => [code, codes[0] ?? code])));

/** One name for a language, whichever of its codes a file or a person uses. */
export function languageKey(code: string): string {
  const plain = code.toLowerCase();
  return FIRST.get(plain) ?? plain;
}
