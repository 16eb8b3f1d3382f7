import { SAME_NAME, splitAuthors } from './author-match.js';
import { parseLanguage, type Language } from './language.js';
import { titleSimilarity } from './likeness.js';
import { hasWords, normalizeName } from './normalize-title.js';
import type { RuleFacts } from './rule-facts.js';

/**
 * How well narrator, edition and language fit (§3.5 no. 3): each told and right adds one, told and other takes one.
 * What a release does not tell counts nothing, so unknown ranks between right and wrong.
 */
export function editionFit(facts: RuleFacts): number {
  return narratorFit(facts) + abridgedFit(facts) + languageFit(facts) + editionNameFit(facts);
}

/** 1: it names one of the wished; -1: it names others alone. "Read by the author" tells nobody's name. */
export function narratorFit({ item, parsed, release }: RuleFacts): number {
  if (item.narrator === undefined) return 0;
  const wished = splitAuthors(item.narrator);
  const title = normalizeName(release.title);
  if (wished.some((name) => hasWords(title, normalizeName(name)))) return 1;
  const told = parsed.narrator;
  if (told === undefined || /\b(?:author|autor|auteur)\b/.test(told)) return 0;
  return wished.some((name) => titleSimilarity(name, told) >= SAME_NAME) ? 1 : -1;
}

export function abridgedFit({ item, parsed, preferences }: RuleFacts): number {
  const wanted = preferences.edition ?? 'unabridged';
  if (item.mediaType !== 'audiobook' || wanted === 'any' || parsed.abridged === undefined) return 0;
  return parsed.abridged === (wanted === 'abridged') ? 1 : -1;
}

/** 1: the wished edition by its name, 0: none is wished or told, -1: another one. */
export function editionNameFit({ parsed, preferences }: Pick<RuleFacts, 'parsed' | 'preferences'>): number {
  if (preferences.editionName === undefined || parsed.editions.length === 0) return 0;
  return parsed.editions.includes(preferences.editionName) ? 1 : -1;
}

export function languageFit(facts: RuleFacts): number {
  const wanted = facts.item.language === undefined ? undefined : parseLanguage(facts.item.language);
  const told = toldLanguages(facts);
  if (wanted === undefined || told.length === 0) return 0;
  return told.includes(wanted) ? 1 : -1;
}

/** The indexer's word counts before the name's, where it is a language that we know. */
export function toldLanguages({
  release,
  parsed,
}: Pick<RuleFacts, 'release' | 'parsed'>): readonly Language[] {
  const attribute = release.language === undefined ? undefined : parseLanguage(release.language);
  return attribute === undefined ? parsed.languages : [attribute];
}
