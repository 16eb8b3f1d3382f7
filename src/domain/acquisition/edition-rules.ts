import { abridgedFit, languageFit, narratorFit, toldLanguages } from './edition-fit.js';
import type { Rejection, RuleFacts } from './rule-facts.js';
import { isEncrypted } from './release-format.js';

/** What speaks against the wished edition. What a release does not tell passes and ranks lower (edition-fit.ts). */
export const editionRules = [
  languageRule,
  abridgedRule,
  dramatisedRule,
  narratorRule,
  packRule,
  encryptedRule,
] as const;

function languageRule(facts: RuleFacts): Rejection | undefined {
  if (languageFit(facts) >= 0) return undefined;
  return {
    code: 'LANGUAGE',
    permanent: true,
    detail: `expected ${facts.item.language ?? ''}, the release is in ${toldLanguages(facts).join(', ')}`,
  };
}

function abridgedRule(facts: RuleFacts): Rejection | undefined {
  if (abridgedFit(facts) >= 0) return undefined;
  const { preferences, parsed } = facts;
  return {
    code: 'ABRIDGED',
    permanent: true,
    detail: `expected the ${preferences.edition ?? 'unabridged'} edition, the release is ${
      parsed.abridged === true ? 'abridged' : 'unabridged'
    }`,
  };
}

function dramatisedRule({ item, parsed, preferences }: RuleFacts): Rejection | undefined {
  if (item.mediaType !== 'audiobook' || !parsed.dramatised || preferences.dramatised === true)
    return undefined;
  return {
    code: 'DRAMATISED',
    permanent: true,
    detail: 'expected a reading, the release is a dramatisation',
  };
}

function narratorRule(facts: RuleFacts): Rejection | undefined {
  if (narratorFit(facts) >= 0) return undefined;
  return {
    code: 'NARRATOR',
    permanent: true,
    detail: `expected ${facts.item.narrator ?? ''} to read it, the release names ${facts.parsed.narrator ?? ''}`,
  };
}

function packRule({ parsed, preferences }: RuleFacts): Rejection | undefined {
  if (!parsed.pack || preferences.packs === true) return undefined;
  return { code: 'PACK', permanent: true, detail: 'expected one title, the release is a pack of several' };
}

function encryptedRule({ parsed }: RuleFacts): Rejection | undefined {
  if (!isEncrypted(parsed.formats)) return undefined;
  return {
    code: 'DRM',
    permanent: true,
    detail: `expected playable audio, ${parsed.formats.join(', ')} is encrypted`,
  };
}
