import { HOUR_MS } from '../durations.js';
import { isBlocked } from './blocklist.js';
import { editionRules } from './edition-rules.js';
import type { MediaItem } from './release.js';
import type { Rejection, RejectionCode, RuleFacts } from './rule-facts.js';
import { sizeRules } from './size-rules.js';
import { typeRule } from './type-rule.js';
import { parseVolume, statedVolumes } from './volume.js';

type Rule = (facts: RuleFacts) => Rejection | undefined;

const SEEDERS_RETURN_MS = 6 * HOUR_MS;

const MATCH_CODES: readonly RejectionCode[] = [
  'WRONG_TYPE',
  'TITLE_MISMATCH',
  'AUTHOR_MISMATCH',
  'VOLUME_CONFLICT',
];

const RULES: readonly Rule[] = [
  typeRule,
  titleRule,
  authorRule,
  volumeRule,
  ...editionRules,
  ...sizeRules,
  blocklistRule,
  grabbedRule,
  protocolRule,
  seedersRule,
  backoffRule,
];

/** Every rule that the release breaks, in the order of §3.3. */
export function applyHardRules(facts: RuleFacts): Rejection[] {
  return RULES.map((rule) => rule(facts)).filter((rejection) => rejection !== undefined);
}

/** True where the release is another item: then it earns no match points either (§3.4). */
export function isOtherItem(rejections: readonly Rejection[]): boolean {
  return rejections.some(({ code }) => MATCH_CODES.includes(code));
}

function titleRule({ item, title }: RuleFacts): Rejection | undefined {
  if (title.goesOn !== undefined) {
    return reject('TITLE_MISMATCH', `expected "${item.title}", and the title goes on: "${title.goesOn}"`);
  }
  if (title.wordShare >= 0.8) return undefined;
  const percent = Math.round(title.wordShare * 100);
  return reject(
    'TITLE_MISMATCH',
    `has ${percent} % of the words of "${item.title}", at least 80 % are expected`,
  );
}

function authorRule({ item, author }: RuleFacts): Rejection | undefined {
  if (author.total === 0 || author.matched > 0) return undefined;
  return reject('AUTHOR_MISMATCH', `does not name ${item.author ?? 'the author'}`);
}

/** An unmarked volume behind a title is the first; so only another number is a conflict when none is asked for. */
function volumeRule({ item, title, parsed }: RuleFacts): Rejection | undefined {
  const wanted = wantedVolume(item);
  const told = title.volumeBehind ?? (wanted === undefined ? undefined : parsed.volumes[0]);
  if (told === undefined || told === (wanted ?? 1) || parsed.volumes.includes(wanted ?? 1)) return undefined;
  const asked = wanted === undefined ? 'a title without a volume number' : `volume ${wanted}`;
  return reject('VOLUME_CONFLICT', `expected ${asked}, the release says volume ${told}`);
}

function wantedVolume({ seriesPart, title }: MediaItem): number | undefined {
  const part = seriesPart === undefined ? undefined : parseVolume(seriesPart);
  return part ?? statedVolumes(title.toLowerCase()).single[0];
}

function blocklistRule({ release, blocklist }: RuleFacts): Rejection | undefined {
  return isBlocked(release, blocklist) ? reject('BLOCKLISTED', 'proved bad for this item before') : undefined;
}

function grabbedRule({ release, grabbed }: RuleFacts): Rejection | undefined {
  const hash = release.infoHash?.toLowerCase();
  const before = grabbed.some(
    (earlier) =>
      (hash !== undefined && earlier.infoHash?.toLowerCase() === hash) ||
      (earlier.indexerId === release.indexerId && earlier.guid === release.guid),
  );
  return before ? reject('ALREADY_GRABBED', 'was fetched for this request before') : undefined;
}

function protocolRule({ release, protocols }: RuleFacts): Rejection | undefined {
  if (protocols.includes(release.protocol)) return undefined;
  return reject('PROTOCOL_DISABLED', `no enabled download client fetches ${release.protocol}`);
}

/** Temporary: seeders return (§3.3). */
function seedersRule({ release, indexer, now }: RuleFacts): Rejection | undefined {
  const minimum = indexer?.minimumSeeders ?? 1;
  if (release.protocol !== 'torrent' || release.seeders === undefined || release.seeders >= minimum)
    return undefined;
  const detail = `has ${release.seeders} seeders, at least ${minimum} are expected`;
  return { code: 'MIN_SEEDERS', permanent: false, detail, retryAt: isoTime(now + SEEDERS_RETURN_MS) };
}

function backoffRule({ indexer, now }: RuleFacts): Rejection | undefined {
  const until = indexer?.backoffUntil;
  if (indexer === undefined || until === undefined || until <= now) return undefined;
  const detail = `${indexer.name} rests until ${isoTime(until)}`;
  return { code: 'INDEXER_BACKOFF', permanent: false, detail, retryAt: isoTime(until) };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

function reject(code: RejectionCode, detail: string): Rejection {
  return { code, permanent: true, detail };
}
