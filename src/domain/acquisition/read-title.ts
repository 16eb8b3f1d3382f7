import { foldTitle, joinInitials, normalizeFolded } from './normalize-title.js';

/** A release's name in the forms that rules look at, each made once. */
export interface ReadTitle {
  raw: string;
  /** Lower case, no marks, punctuation as it is. */
  folded: string;
  /** Words with one space between, initials joined: for names of people. */
  named: string;
  /** As `named`, initials apart. */
  normal: string;
}

export function readTitle(raw: string): ReadTitle {
  const folded = foldTitle(raw);
  const normal = normalizeFolded(folded);
  return { raw, folded, normal, named: joinInitials(normal) };
}
