import { plainTitle } from './normalize-title.js';

/** What tells one release from another, as far as the indexer told it. */
export interface ReleaseIdentity {
  indexerId: string;
  title: string;
  infoHash?: string | null;
}

/**
 * Under which key a release is blocked: its info hash, lower case, else its plain title at its indexer (§3.6).
 * Hashes of v1 (40) and v2 (64 digits) are told apart by their length.
 */
export function releaseKey(release: ReleaseIdentity): string {
  return hashKey(release) ?? titleKey(release);
}

/** A title key also blocks a release whose hash became known only later. */
export function isBlocked(release: ReleaseIdentity, keys: ReadonlySet<string>): boolean {
  const byHash = hashKey(release);
  return (byHash !== undefined && keys.has(byHash)) || keys.has(titleKey(release));
}

function hashKey({ infoHash }: ReleaseIdentity): string | undefined {
  return infoHash === undefined || infoHash === null || infoHash === ''
    ? undefined
    : `hash:${infoHash.toLowerCase()}`;
}

function titleKey({ indexerId, title }: ReleaseIdentity): string {
  return `title:${indexerId}:${plainTitle(title)}`;
}
