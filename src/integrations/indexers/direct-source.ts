import type { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import { createKeyGuard } from './api-key.js';
import { API_LIMIT_BYTES, readJson, type Connection } from './ask.js';
import { checkFileStatus } from './fetch-release.js';
import { getFollowing } from './follow.js';
import { parseAddress } from './torznab-query.js';

/** A lawful source that gives files by plain HTTP (acquisition.md §2.11). */
export interface DirectSourceOptions {
  id: string;
  /** For people; default: its id. */
  name?: string;
  baseUrl: string;
  /** HTTP Basic, with the key as its password; where the source asks for it. */
  username?: string | null;
  apiKey?: string;
  /** Asked where a query names none; empty: every category. */
  categories?: readonly number[];
  fetch?: typeof fetch;
  /** See follow.ts. */
  pace?: (signal: AbortSignal) => Promise<void>;
  now?: () => Date;
  /** One whole answer, milliseconds; default 60 s (acquisition.md §3.1). */
  timeoutMs?: number | undefined;
}

export interface SourceConnection extends Connection {
  name: string;
  /** A user is configured, and told at home. */
  hasUser: boolean;
}

const TIMEOUT_MS = 60_000;

/** @throws Fault bad_input for an address that is none, or that carries a key or password. */
export function connectSource(options: DirectSourceOptions, remedy: string): SourceConnection {
  const { id, name = id, baseUrl, username, apiKey = '', timeoutMs = TIMEOUT_MS } = options;
  const credentials = Buffer.from(`${username ?? ''}:${apiKey}`).toString('base64');
  const hasUser = username !== undefined && username !== null;
  return {
    id,
    name,
    hasUser,
    home: parseAddress(baseUrl, remedy),
    guard: createKeyGuard(apiKey),
    homeHeaders: hasUser ? { authorization: `Basic ${credentials}` } : {},
    fetch: options.fetch ?? fetch,
    now: options.now ?? (() => new Date()),
    timeoutMs,
    ...(options.pace === undefined ? {} : { pace: options.pace }),
  };
}

export type Medium = 'audio' | 'text' | 'video';

/** The standard category of each, and those that ask for it (acquisition.md §2.1). */
const MEDIA: Readonly<Record<Medium, { category: number; name: string; asks: (id: number) => boolean }>> = {
  audio: { category: 3030, name: 'Audio/Audiobook', asks: (id) => id === 3000 || id === 3030 },
  text: { category: 7020, name: 'Books/EBook', asks: (id) => id >= 7000 && id < 8000 },
  video: { category: 2000, name: 'Movies', asks: (id) => id >= 2000 && id < 3000 },
};

const ALL_MEDIA = Object.keys(MEDIA) as Medium[];

export function categoryOf(medium: Medium): number {
  return MEDIA[medium].category;
}

/** What a source tells as its categories. */
export function categoriesOf(media: readonly Medium[]): { id: number; name: string }[] {
  return media.map((medium) => ({ id: MEDIA[medium].category, name: MEDIA[medium].name }));
}

/** Which of a source's media are asked for; none: the source has nothing of the kind, and is not asked at all. */
export function mediaAsked(
  asked: readonly number[],
  { categories = [] }: Pick<DirectSourceOptions, 'categories'>,
): Medium[] {
  const ids = asked.length > 0 ? asked : categories;
  return ids.length === 0 ? ALL_MEDIA : ALL_MEDIA.filter((medium) => ids.some(MEDIA[medium].asks));
}

/** `Author - Title (Year) [MP3]`: as releases are called, so that they are read alike. */
export function releaseTitle({
  title,
  author,
  year,
  format,
}: {
  title: string;
  author?: string | undefined;
  year?: number | undefined;
  format: string;
}): string {
  const by = author === undefined ? '' : `${author} - `;
  return `${by}${title}${year === undefined ? '' : ` (${year})`} [${format}]`;
}

/**
 * What a release consists of, told by the source in JSON. A page or broken JSON is the source's trouble, since it
 * says nothing of the release.
 * @throws Fault gone | throttled | credentials | transient
 */
export async function fetchItem<T>(
  connection: Connection,
  { url, schema }: { url: URL; schema: z.ZodType<T> },
  signal: AbortSignal,
): Promise<T> {
  const limits = { maxBytes: API_LIMIT_BYTES, timeoutMs: connection.timeoutMs, signal };
  const arrival = await getFollowing(connection, url.href, limits);
  if (arrival.kind !== 'answer') {
    const detail = arrival.kind === 'magnet' ? 'the link leads to a magnet' : arrival.detail;
    throw new Fault('transient', `Expected the item’s files, but ${detail}`);
  }
  checkFileStatus(arrival, { expected: 'the item’s files', now: connection.now() });
  const reply = readJson(arrival.answer, { schema }, connection.now());
  if ('value' in reply) return reply.value;
  throw new Fault('transient', `Expected the item’s files from ${url.host}, but ${reply.failure.detail}`);
}
