import { z } from 'zod';

import type { Release } from '../../../domain/acquisition/release.js';
import { dropUndefined } from '../drop-undefined.js';
import { idWithoutKeys, withoutKeys } from '../info-url.js';

const text = z.string().nullish();
const number = z.number().nullish();

const release = z.object({
  guid: z.string().min(1),
  title: z.string().min(1),
  indexerId: z.number(),
  protocol: z.enum(['torrent', 'usenet']),
  size: number,
  files: number,
  grabs: number,
  imdbId: number,
  tmdbId: number,
  tvdbId: number,
  publishDate: text,
  infoUrl: text,
  commentUrl: text,
  downloadUrl: text,
  magnetUrl: text,
  infoHash: text,
  seeders: number,
  leechers: number,
  categories: z.array(z.object({ id: z.number() })).nullish(),
  indexerFlags: z.array(z.unknown()).nullish(),
});

type Told = z.infer<typeof release>;

/** One release; undefined for what cannot be read or has no link: one bad line does not spoil the others. */
export function readRelease(
  json: unknown,
  { indexerId, hide }: { indexerId: string; hide: (text: string) => string },
): Release | undefined {
  const read = release.safeParse(json);
  if (!read.success) return undefined;
  const told = read.data;
  const links = readLinks(told);
  if (links.downloadUrl === undefined && links.magnetUrl === undefined) return undefined;
  return dropUndefined({
    indexerId,
    // Two of its indexers may use the same guid.
    guid: `${told.indexerId}:${idWithoutKeys(told.guid, hide)}`,
    title: hide(told.title),
    protocol: told.protocol,
    downloadUrl: links.downloadUrl && hide(links.downloadUrl),
    magnetUrl: links.magnetUrl,
    infoHash: readHash(told.infoHash),
    sizeBytes: Math.max(0, told.size ?? 0),
    categories: (told.categories ?? []).map(({ id }) => id),
    publishedAt: readTime(told.publishDate),
    infoUrl: withoutKeys(told.infoUrl ?? told.commentUrl ?? undefined, hide),
    ...readCounts(told),
    freeleech: (told.indexerFlags ?? []).some((flag) => /^freeleech$/i.test(String(flag))),
  });
}

/** Both links are Prowlarr's own as a rule, the magnet's too: it answers with a redirect (acquisition.md §2.2). */
function readLinks({ downloadUrl, magnetUrl }: Told): {
  downloadUrl: string | undefined;
  magnetUrl: string | undefined;
} {
  const links = [downloadUrl, magnetUrl].filter((link): link is string => link != null && link !== '');
  return {
    downloadUrl: links.find((link) => !link.startsWith('magnet:')),
    magnetUrl: links.find((link) => link.startsWith('magnet:')),
  };
}

function readCounts(told: Told) {
  const { seeders, leechers, files, grabs, imdbId, tmdbId, tvdbId } = told;
  return {
    seeders: seeders ?? undefined,
    peers: seeders == null || leechers == null ? undefined : seeders + leechers,
    files: files ?? undefined,
    grabs: grabs ?? undefined,
    imdbId: imdbId ? `tt${String(imdbId).padStart(7, '0')}` : undefined,
    tmdbId: known(tmdbId),
    tvdbId: known(tvdbId),
  };
}

/** Zero means that it is not known. */
function known(id: number | null | undefined): number | undefined {
  return id === 0 ? undefined : (id ?? undefined);
}

function readHash(told: string | null | undefined): string | undefined {
  const hash = told?.toLowerCase();
  return hash !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) ? hash : undefined;
}

function readTime(told: string | null | undefined): string | undefined {
  const time = Date.parse(told ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
