import { z } from 'zod';

import type { DirectFile } from '../../../domain/acquisition/download.js';
import { Fault } from '../../../domain/faults.js';
import type { Connection } from '../ask.js';
import { fetchItem } from '../direct-source.js';
import { rights, values } from './fields.js';
import { chooseSet, mediumOf } from './file-sets.js';
import { whyNotOurs } from './lawful.js';

const file = z.object({
  name: z.string().min(1),
  format: z.string().optional(),
  source: z.string().optional(),
  size: z.coerce.number().int().nonnegative().optional(),
  sha1: z
    .string()
    .regex(/^[0-9a-f]{40}$/i)
    .optional(),
  private: z.union([z.string(), z.boolean()]).optional(),
});

type ArchiveFile = z.infer<typeof file>;

/** An unknown id answers `{}` with 200; a darkened one tells `is_dark`. */
const item = z.object({
  metadata: rights.extend({ mediatype: values }).optional(),
  files: z.array(file).default([]),
  is_dark: z.boolean().optional(),
});

/**
 * The files of one item: one set of the best format and the cover, with size and SHA-1 (acquisition.md §2.11).
 * @throws Fault gone | release_fault (not ours to take, nothing that we read) | throttled | transient
 */
export async function fetchArchiveFiles(
  connection: Connection,
  { archive, identifier }: { archive: URL; identifier: string },
  signal: AbortSignal,
): Promise<DirectFile[]> {
  const url = new URL(`/metadata/${encodeURIComponent(identifier)}`, archive);
  const { metadata, files, is_dark: isDark } = await fetchItem(connection, { url, schema: item }, signal);
  if (metadata === undefined || isDark === true) {
    throw new Fault('gone', `The Internet Archive has no item "${identifier}" (any more)`);
  }
  const why = whyNotOurs(metadata);
  if (why !== undefined) throw new Fault('release_fault', `The item "${identifier}" is not taken: ${why}`);
  const offered = files.filter(({ private: hidden }) => hidden === undefined || String(hidden) !== 'true');
  const medium = mediumOf(metadata.mediatype[0]);
  const formats = offered.map(({ format }) => format ?? '');
  const set = medium === undefined ? undefined : chooseSet(medium, formats);
  if (set === undefined) {
    throw new Fault('release_fault', `The item "${identifier}" has no files of a format that Longplay reads`);
  }
  const cover = medium === 'audio' ? findCover(offered) : [];
  const chosen = [...offered.filter(({ format }) => format === set.format), ...cover];
  return chosen.map((one) => asDirectFile(one, { archive, identifier }));
}

/** The largest picture that somebody uploaded, else one that was made of it; thumbnails are none. */
function findCover(files: readonly ArchiveFile[]): ArchiveFile[] {
  const pictures = files.filter(
    ({ name, format = '' }) => /^(?:JPEG|PNG)$/.test(format) && !/thumb/i.test(name),
  );
  const uploaded = pictures.filter(({ source }) => source === 'original');
  const [largest] = (uploaded.length > 0 ? uploaded : pictures).toSorted(
    (one, other) => (other.size ?? 0) - (one.size ?? 0),
  );
  return largest === undefined ? [] : [largest];
}

function asDirectFile(
  { name, size, sha1 }: ArchiveFile,
  { archive, identifier }: { archive: URL; identifier: string },
): DirectFile {
  const names = name.split('/');
  const isSafe = names.every((each) => each !== '' && each !== '.' && each !== '..' && !/[\\\0]/.test(each));
  if (!isSafe) {
    throw new Fault('release_fault', `The item names a file outside its folder: "${name.slice(0, 200)}"`);
  }
  const place = [identifier, ...names].map(encodeURIComponent).join('/');
  return {
    url: new URL(`/download/${place}`, archive).href,
    path: name,
    ...(size === undefined ? {} : { sizeBytes: size }),
    ...(sha1 === undefined ? {} : { checksum: { algorithm: 'sha-1', hex: sha1.toLowerCase() } }),
  };
}
