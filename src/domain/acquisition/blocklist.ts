import { MINUTE_MS } from '../durations.js';
import { plainTitle } from './normalize-title.js';
import type { Protocol } from './release.js';

/** What tells one release from another, as far as the indexer told it. */
export interface ReleaseIdentity {
  indexerId: string;
  title: string;
  infoHash?: string | null;
  protocol?: Protocol;
  /** ISO 8601. */
  publishedAt?: string;
  sizeBytes?: number;
}

/** A stored key; one that expires says when, in milliseconds since the epoch. */
export type BlockedKey = string | { key: string; expiresAt: number | null };

/** The keys of an item, ready to be asked. */
export interface Blocklist {
  keys: ReadonlySet<string>;
  /** Usenet posts by indexer and title: their time and size are compared with a tolerance. */
  posts: ReadonlyMap<string, readonly Post[]>;
}

interface Post {
  publishedMs: number;
  sizeBytes: number;
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const SAME_TIME_MS = 2 * MINUTE_MS;
const SAME_SIZE_BYTES = 2_000_000;

/**
 * Under which key a release is blocked (acquisition.md §3.6): its info hash in lower case; a usenet post by indexer,
 * title, time and size; else its plain title at its indexer. Hashes of v1 (40) and v2 (64 digits) are told apart by
 * their length.
 */
export function releaseKey(release: ReleaseIdentity): string {
  return hashKey(release) ?? postKey(release) ?? titleKey(release);
}

/** Leaves out what has expired at `now`, milliseconds since the epoch. */
export function readBlocklist(stored: Iterable<BlockedKey>, now: number): Blocklist {
  const keys = new Set<string>();
  const posts = new Map<string, Post[]>();
  for (const entry of stored) {
    const { key, expiresAt } = typeof entry === 'string' ? { key: entry, expiresAt: null } : entry;
    if (expiresAt !== null && expiresAt <= now) continue;
    const post = readPostKey(key);
    if (post === undefined) keys.add(key);
    else posts.set(post.at, [...(posts.get(post.at) ?? []), post]);
  }
  return { keys, posts };
}

/** A title key also blocks a release whose hash became known only later. */
export function isBlocked(release: ReleaseIdentity, { keys, posts }: Blocklist): boolean {
  if (keys.size === 0 && posts.size === 0) return false;
  const byHash = hashKey(release);
  if (byHash !== undefined && keys.has(byHash)) return true;
  return keys.has(titleKey(release)) || isBlockedPost(release, posts);
}

function isBlockedPost(release: ReleaseIdentity, posts: Blocklist['posts']): boolean {
  const post = toPost(release);
  if (post === undefined) return false;
  return (posts.get(placeOf(release)) ?? []).some(
    ({ publishedMs, sizeBytes }) =>
      Math.abs(publishedMs - post.publishedMs) <= SAME_TIME_MS &&
      Math.abs(sizeBytes - post.sizeBytes) <= SAME_SIZE_BYTES,
  );
}

/** Lower-case hex of an info hash v1 or v2; undefined for what is none. Base32 is how old magnet links write v1. */
export function normalizeInfoHash(text: string | null | undefined): string | undefined {
  const hash = text?.trim().toLowerCase() ?? '';
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return hash;
  return /^[a-z2-7]{32}$/.test(hash) ? hexOfBase32(hash) : undefined;
}

/** 32 letters of five bits each are 40 digits of four. */
function hexOfBase32(text: string): string {
  let bits = 0n;
  for (const letter of text) bits = bits * 32n + BigInt(BASE32.indexOf(letter));
  return bits.toString(16).padStart(40, '0');
}

function hashKey({ infoHash }: ReleaseIdentity): string | undefined {
  const hash = normalizeInfoHash(infoHash);
  return hash === undefined ? undefined : `hash:${hash}`;
}

function postKey(release: ReleaseIdentity): string | undefined {
  const post = toPost(release);
  return post === undefined ? undefined : `nzb:${post.publishedMs}:${post.sizeBytes}:${placeOf(release)}`;
}

function toPost({ protocol, publishedAt, sizeBytes }: ReleaseIdentity): Post | undefined {
  const publishedMs = Date.parse(publishedAt ?? '');
  const isTold = protocol === 'usenet' && sizeBytes !== undefined && sizeBytes > 0;
  return isTold && !Number.isNaN(publishedMs) ? { publishedMs, sizeBytes } : undefined;
}

function readPostKey(key: string): (Post & { at: string }) | undefined {
  const [, published, size, at] = /^nzb:(-?\d+):(\d+):(.*)$/s.exec(key) ?? [];
  if (at === undefined) return undefined;
  return { publishedMs: Number(published), sizeBytes: Number(size), at };
}

function titleKey(release: ReleaseIdentity): string {
  return `title:${placeOf(release)}`;
}

function placeOf({ indexerId, title }: ReleaseIdentity): string {
  return `${indexerId}:${plainTitle(title)}`;
}
