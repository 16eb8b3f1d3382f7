import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.js';
import { SPARE_BYTES, type ClientFacts } from './circumstances.js';
import { isEnabled } from './delay-profile.js';
import { postpone, refuse, type Rejection } from './rejection.js';
import type { RuleFacts } from './rule-facts.js';

/** What stands between a good release and its download now; most of it passes (acquisition.md §3.3). */
export const availabilityRules = [
  protocolRule,
  retentionRule,
  seedersRule,
  releaseDateRule,
  minimumAgeRule,
  backoffRule,
  grabLimitRule,
  spaceRule,
  targetRule,
  clientRule,
] as const;

const SEEDERS_RETURN_MS = 6 * HOUR_MS;
/** How often what needs no person is looked at again, at the latest (§1.4). */
const LOOK_AGAIN_MS = 5 * MINUTE_MS;

function protocolRule({ release, protocols, delay }: RuleFacts): Rejection | undefined {
  if (delay !== undefined && !isEnabled(delay, release.protocol))
    return refuse('PROTOCOL_DISABLED', `${release.protocol} is off in the delay profile "${delay.name}"`);
  if (protocols.includes(release.protocol)) return undefined;
  return refuse('PROTOCOL_DISABLED', `no enabled download client fetches ${release.protocol}`);
}

function retentionRule(facts: RuleFacts): Rejection | undefined {
  const days = facts.circumstances.usenet?.retentionDays;
  const age = postAge(facts);
  if (days === undefined || age === undefined || age <= days * DAY_MS) return undefined;
  const old = Math.floor(age / DAY_MS);
  return refuse('RETENTION', `is ${old} days old, the news server keeps articles for ${days}`);
}

/** Temporary: seeders return (§3.3). */
function seedersRule({ release, indexer, now }: RuleFacts): Rejection | undefined {
  const minimum = indexer?.minimumSeeders ?? 1;
  if (release.protocol !== 'torrent' || release.seeders === undefined || release.seeders >= minimum)
    return undefined;
  const detail = `has ${release.seeders} seeders, at least ${minimum} are expected`;
  return postpone('MIN_SEEDERS', detail, now + SEEDERS_RETURN_MS);
}

/** What is offered before that is an early copy or another thing. A person who searches now knows better (§3.1). */
function releaseDateRule({ item, mode, now }: RuleFacts): Rejection | undefined {
  const date = item.releaseDate === undefined ? Number.NaN : Date.parse(item.releaseDate);
  if (Number.isNaN(date) || date <= now || mode !== 'automatic') return undefined;
  return postpone('NOT_RELEASED', `comes out on ${item.releaseDate ?? ''}`, date);
}

/** A post needs some minutes until every news server has it. */
function minimumAgeRule(facts: RuleFacts): Rejection | undefined {
  const minutes = facts.circumstances.usenet?.minimumAgeMinutes ?? 0;
  const age = postAge(facts);
  if (age === undefined || age >= minutes * MINUTE_MS) return undefined;
  const told = Math.max(0, Math.floor(age / MINUTE_MS));
  const detail = `was posted ${told} minutes ago, at least ${minutes} are expected`;
  return postpone('MIN_AGE', detail, facts.now + minutes * MINUTE_MS - age);
}

/** Milliseconds; undefined for what is no post, or tells no date. */
function postAge({ release, now }: RuleFacts): number | undefined {
  if (release.protocol !== 'usenet' || release.publishedAt === undefined) return undefined;
  const age = now - Date.parse(release.publishedAt);
  return Number.isNaN(age) ? undefined : age;
}

function backoffRule({ indexer, now }: RuleFacts): Rejection | undefined {
  const until = indexer?.backoffUntil;
  if (indexer === undefined || until === undefined || until <= now) return undefined;
  return postpone('INDEXER_BACKOFF', `${indexer.name} rests until ${new Date(until).toISOString()}`, until);
}

function grabLimitRule({ indexer, now }: RuleFacts): Rejection | undefined {
  const grabs = indexer?.grabs;
  if (indexer === undefined || grabs === undefined || grabs.used < grabs.limit || grabs.until <= now)
    return undefined;
  const detail = `${indexer.name} has let us fetch ${grabs.used} of ${grabs.limit}`;
  return postpone('GRAB_LIMIT', detail, grabs.until);
}

/** Room in one of the clients is enough; one that cannot tell has it. */
function spaceRule(facts: RuleFacts): Rejection | undefined {
  const { release, now } = facts;
  if (release.sizeBytes <= 0) return undefined;
  const rooms = clientsFor(facts).map((client) => roomOf(client, release.sizeBytes));
  if (rooms.length === 0 || rooms.some(({ isEnough }) => isEnough)) return undefined;
  const [widest] = rooms.toSorted((one, other) => other.free - one.free || one.needed - other.needed);
  const detail = `needs ${gigabytes(widest?.needed ?? 0)} GB, ${gigabytes(widest?.free ?? 0)} GB are free`;
  return postpone('NO_SPACE', detail, now + LOOK_AGAIN_MS);
}

function roomOf(
  { freeBytes = Number.POSITIVE_INFINITY, reservedBytes = 0, linkable = false }: ClientFacts,
  sizeBytes: number,
): { needed: number; free: number; isEnough: boolean } {
  const needed = sizeBytes * (linkable ? 1 : 2);
  const free = Math.max(0, freeBytes - reservedBytes - SPARE_BYTES);
  return { needed, free, isEnough: needed <= freeBytes - reservedBytes - SPARE_BYTES };
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

function targetRule({ circumstances: { target }, now }: RuleFacts): Rejection | undefined {
  if (target === undefined || target.isOnline) return undefined;
  return postpone('TARGET_OFFLINE', `${target.name} is not there`, now + LOOK_AGAIN_MS);
}

function clientRule(facts: RuleFacts): Rejection | undefined {
  const clients = clientsFor(facts);
  if (clients.length === 0 || clients.some(({ isUp }) => isUp)) return undefined;
  const names = clients.map(({ name }) => name).toSorted();
  return postpone('CLIENT_DOWN', `${names.join(', ')} cannot be reached`, facts.now + LOOK_AGAIN_MS);
}

const NO_CLIENTS: readonly ClientFacts[] = [];

function clientsFor({ circumstances, release }: RuleFacts): readonly ClientFacts[] {
  return circumstances.clients?.filter(({ protocol }) => protocol === release.protocol) ?? NO_CLIENTS;
}
