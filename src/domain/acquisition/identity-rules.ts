import { refuse, type Rejection } from './rejection.js';
import type { MediaItem } from './release.js';
import type { RuleFacts } from './rule-facts.js';
import { LEAST_WORD_SHARE } from './title-match.js';
import { parseVolume, statedVolumes } from './volume.js';

/** What makes another work of a release. */
export const identityRules = [titleRule, authorRule, volumeRule] as const;

function titleRule({ item, title }: RuleFacts): Rejection | undefined {
  if (title.goesOn !== undefined) {
    return refuse('TITLE_MISMATCH', `expected "${item.title}", and the title goes on: "${title.goesOn}"`);
  }
  if (title.wordShare >= LEAST_WORD_SHARE) return undefined;
  const percent = Math.round(title.wordShare * 100);
  return refuse(
    'TITLE_MISMATCH',
    `has ${percent} % of the words of "${item.title}", at least 80 % are expected`,
  );
}

/** Where a person chooses, an untold author is theirs to judge. */
function authorRule({ item, author, mode }: RuleFacts): Rejection | undefined {
  if (author.total === 0 || author.matched > 0 || mode === 'interactive') return undefined;
  return refuse('AUTHOR_MISMATCH', `does not name ${item.author ?? 'the author'}`);
}

/** An unmarked volume behind a title is the first; so only another number is a conflict when none is asked for. */
function volumeRule({ item, title, parsed }: RuleFacts): Rejection | undefined {
  if (parsed.video !== undefined) return undefined;
  const wanted = wantedVolume(item);
  const told = title.volumeBehind ?? (wanted === undefined ? undefined : parsed.volumes[0]);
  if (told === undefined || told === (wanted ?? 1) || parsed.volumes.includes(wanted ?? 1)) return undefined;
  const asked = wanted === undefined ? 'a title without a volume number' : `volume ${wanted}`;
  return refuse('VOLUME_CONFLICT', `expected ${asked}, the release says volume ${told}`);
}

function wantedVolume({ seriesPart, title }: MediaItem): number | undefined {
  const part = seriesPart === undefined ? undefined : parseVolume(seriesPart);
  return part ?? statedVolumes(title.toLowerCase()).single[0];
}
