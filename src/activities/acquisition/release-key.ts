/** Under which a release is blocked: its hash, else its plain title and indexer (acquisition.md §3.6). */
export function releaseKeyOf(release: { infoHash: string | null; title: string; indexerId: string }): string {
  if (release.infoHash !== null) return `hash:${release.infoHash.toLowerCase()}`;
  const title = release.title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return `title:${release.indexerId}:${title}`;
}
