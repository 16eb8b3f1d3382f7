/**
 * The words without which a group of tags cannot be in a name. One look at the words spares most of the patterns,
 * which take their time on thousands of names.
 */
const WORDS = {
  abridged: 'abridged abridgement unabridged un non integrale gekurzt gekurzte ungekurzt ungekurzte',
  dramatised: 'dramatised dramatized dramatisation dramatization full radio graphic graphicaudio horspiel',
  narrator: 'read narrated narrator gelesen lu',
  revision: 'proper repack rerip',
  chapters: 'chapter chapters',
  pack: 'box boxed boxset omnibus collection trilogy tetralogy complete books discography',
  edition:
    'anniversary extended director directors dc theatrical final uncut unrated uncensored remastered revised updated ' +
    'expanded special collector collectors deluxe limited illustrated',
} as const;

export type TellingGroup = keyof typeof WORDS;

const GROUPS = new Map(
  (Object.keys(WORDS) as TellingGroup[]).flatMap((group) =>
    WORDS[group].split(' ').map((word) => [word, group] as const),
  ),
);
const NONE: ReadonlySet<TellingGroup> = new Set();

export function tellingGroups(words: readonly string[]): ReadonlySet<TellingGroup> {
  let told: Set<TellingGroup> | undefined;
  for (const word of words) {
    const group = GROUPS.get(word);
    if (group !== undefined) (told ??= new Set()).add(group);
  }
  return told ?? NONE;
}
