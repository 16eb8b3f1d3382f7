import parseTorrent from 'parse-torrent';
import { z } from 'zod';

import { Fault, normalizeError } from '../../domain/faults.js';

export interface TorrentFile {
  /** v1, lower-case hex. */
  infoHash: string;
  name: string;
  totalBytes: number;
  /** Paths with `/` between names, inside the download's folder. */
  files: { path: string; sizeBytes: number }[];
  private: boolean;
}

const parsedTorrent = z.object({
  infoHash: z.string().regex(/^[0-9a-f]{40}$/),
  name: z.string().min(1),
  length: z.number().nonnegative(),
  private: z.boolean().optional(),
  files: z.array(z.object({ path: z.string().min(1), length: z.number().nonnegative() })).min(1),
});

/**
 * Reads a .torrent file's bytes.
 * @throws Fault release_fault for anything else (an HTML page, say) and for paths that leave the folder.
 */
export async function parseTorrentFile(bytes: Uint8Array): Promise<TorrentFile> {
  let parsed;
  try {
    parsed = parsedTorrent.parse(await parseTorrent(Buffer.from(bytes)));
  } catch (error) {
    const begins = Buffer.from(bytes.subarray(0, 24))
      .toString('latin1')
      .replaceAll(/[^ -~]/g, '.');
    throw new Fault('release_fault', `Expected a torrent file, but what came begins "${begins}"`, {
      cause: normalizeError(error),
    });
  }
  const files = parsed.files.map(({ path, length }) => ({ path: safePath(path), sizeBytes: length }));
  return {
    infoHash: parsed.infoHash,
    name: parsed.name,
    totalBytes: parsed.length,
    files,
    private: parsed.private ?? false,
  };
}

function safePath(path: string): string {
  const names = path.replaceAll('\\', '/').split('/');
  if (!path.startsWith('/') && names.every((name) => name !== '' && name !== '.' && name !== '..'))
    return names.join('/');
  throw new Fault('release_fault', `The torrent names a file outside its folder: "${path.slice(0, 200)}"`);
}
