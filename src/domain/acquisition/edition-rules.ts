import { abridgedFit, editionNameFit, languageFit, narratorFit, toldLanguages } from './edition-fit.js';
import { refuse, type Rejection } from './rejection.js';
import type { RuleFacts } from './rule-facts.js';

/** What speaks against the wished edition. What a release does not tell passes and ranks lower (edition-fit.ts). */
export const editionRules = [
  languageRule,
  abridgedRule,
  dramatisedRule,
  narratorRule,
  editionNameRule,
  packRule,
] as const;

function languageRule(facts: RuleFacts): Rejection | undefined {
  if (languageFit(facts) >= 0) return undefined;
  return refuse(
    'LANGUAGE',
    `expected ${facts.item.language ?? ''}, the release is in ${toldLanguages(facts).join(', ')}`,
  );
}

function abridgedRule(facts: RuleFacts): Rejection | undefined {
  if (abridgedFit(facts) >= 0) return undefined;
  const { preferences, parsed } = facts;
  const told = parsed.abridged === true ? 'abridged' : 'unabridged';
  return refuse(
    'ABRIDGED',
    `expected the ${preferences.edition ?? 'unabridged'} edition, the release is ${told}`,
  );
}

function dramatisedRule({ item, parsed, preferences }: RuleFacts): Rejection | undefined {
  if (item.mediaType !== 'audiobook' || !parsed.dramatised || preferences.dramatised === true)
    return undefined;
  return refuse('DRAMATISED', 'expected a reading, the release is a dramatisation');
}

function narratorRule(facts: RuleFacts): Rejection | undefined {
  if (narratorFit(facts) >= 0) return undefined;
  const [wished, told] = [facts.item.narrator ?? '', facts.parsed.narrator ?? ''];
  return refuse('NARRATOR', `expected ${wished} to read it, the release names ${told}`);
}

function editionNameRule(facts: RuleFacts): Rejection | undefined {
  if (editionNameFit(facts) >= 0) return undefined;
  const [wished, told] = [facts.preferences.editionName ?? '', facts.parsed.editions.join(', ')].map((name) =>
    name.replaceAll('_', ' '),
  );
  return refuse('EDITION', `expected the edition "${wished ?? ''}", the release is "${told ?? ''}"`);
}

function packRule({ parsed, preferences }: RuleFacts): Rejection | undefined {
  if (!parsed.pack || preferences.packs === true) return undefined;
  return refuse('PACK', 'expected one title, the release is a pack of several');
}
