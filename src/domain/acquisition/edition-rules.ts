import { narratorFit } from './edition-fit.js';
import type { Rejection, RuleFacts } from './rule-facts.js';
import { parseLanguage } from './language.js';
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

function languageRule({ item, release, parsed }: RuleFacts): Rejection | undefined {
  const wanted = item.language === undefined ? undefined : parseLanguage(item.language);
  const attribute = release.language === undefined ? undefined : parseLanguage(release.language);
  const told = attribute === undefined ? parsed.languages : [attribute];
  if (wanted === undefined || told.length === 0 || told.includes(wanted)) return undefined;
  return {
    code: 'LANGUAGE',
    permanent: true,
    detail: `expected ${wanted}, the release is in ${told.join(', ')}`,
  };
}

function abridgedRule({ item, parsed, preferences }: RuleFacts): Rejection | undefined {
  const wanted = preferences.edition ?? 'unabridged';
  if (item.mediaType !== 'audiobook' || wanted === 'any' || parsed.abridged === undefined) return undefined;
  const told = parsed.abridged ? 'abridged' : 'unabridged';
  if (told === wanted) return undefined;
  return {
    code: 'ABRIDGED',
    permanent: true,
    detail: `expected the ${wanted} edition, the release is ${told}`,
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
