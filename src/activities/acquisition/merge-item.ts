import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import type { MediaItem } from '../../domain/acquisition/release.js';

const text = z.string().trim().min(1).optional().catch(undefined);
const texts = z.array(z.string()).catch([]);

/** As imports write it, and as Audiobookshelf does. */
const sidecar = z.object({
  title: text,
  authors: texts,
  narrators: texts,
  series: texts,
  publishedYear: text,
  asin: text,
});
type Sidecar = Partial<z.output<typeof sidecar>>;

/** What book lies in a folder: by its sidecar, else by the tags of its first file, else by its name. */
export async function describeBook({
  hostFolder,
  tags,
}: {
  hostFolder: string;
  tags: Record<string, string>;
}): Promise<MediaItem> {
  const told = await readSidecar(path.join(hostFolder, 'metadata.json'));
  const [, series, part] = /^(.+?)(?: #(\S+))?$/.exec(told.series?.[0] ?? '') ?? [];
  const year = /^\d{4}/.exec(told.publishedYear ?? tags['date'] ?? '')?.[0];
  const asin = (told.asin ?? tags['asin'])?.toUpperCase();
  const item: Record<string, string | undefined> = {
    author: told.authors?.[0] ?? tags['album_artist'] ?? tags['artist'],
    narrator: told.narrators?.[0] ?? tags['composer'],
    series: series ?? tags['series'] ?? tags['show'],
    seriesPart: part ?? tags['series-part'] ?? tags['episode_id'],
    asin: asin !== undefined && /^[A-Z0-9]{10}$/.test(asin) ? asin : undefined,
  };
  return {
    mediaType: 'audiobook',
    title: told.title ?? tags['album'] ?? path.basename(hostFolder),
    ...Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)),
    ...(year === undefined ? {} : { year: Number(year) }),
  };
}

/** Somebody else's or broken: the tags tell instead. */
async function readSidecar(file: string): Promise<Sidecar> {
  try {
    return sidecar.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {};
  }
}
