/** Editions that have a name of their own, in the words of release names. */
const PATTERNS = {
  anniversary: /\banniversary\b/,
  extended: /\bextended\b/,
  directors_cut: /\bdirectors?[ .]cut\b|\bdc\b(?=[ .](?:\d{3,4}p|blu|remastered))/,
  theatrical: /\btheatrical\b/,
  final_cut: /\bfinal[ .]cut\b/,
  uncut: /\b(?:uncut|unrated|uncensored)\b/,
  remastered: /\bremastered\b/,
  revised: /\b(?:revised|updated|expanded)\b/,
  special: /\b(?:special|collectors?|deluxe|limited)[ .]edition\b/,
  illustrated: /\billustrated\b/,
} as const satisfies Record<string, RegExp>;

export type EditionName = keyof typeof PATTERNS;
export const EDITION_NAMES = Object.keys(PATTERNS) as [EditionName, ...EditionName[]];

/** The named editions that a folded name tells. */
export function editionsIn(folded: string): EditionName[] {
  return EDITION_NAMES.filter((name) => PATTERNS[name].test(folded));
}
