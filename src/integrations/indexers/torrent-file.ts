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
  /** Announce addresses; they may carry a pass key and are shown to nobody. */
  trackers: string[];
  private: boolean;
}

const bytes = z.instanceof(Uint8Array);

const parsedTorrent = z.object({
  infoHash: z.string().regex(/^[0-9a-f]{40}$/),
  name: z.string().min(1),
  announce: z.array(z.string()).default([]),
  private: z.boolean().optional(),
  infoBuffer: bytes,
  /** The library cleans paths in its own list, so a `..` shows only here. */
  info: z.object({
    length: z.number().nonnegative().optional(),
    files: z
      .array(
        z.object({
          length: z.number().nonnegative(),
          path: z.array(bytes).optional(),
          'path.utf-8': z.array(bytes).optional(),
          attr: bytes.optional(),
        }),
      )
      .min(1)
      .optional(),
  }),
});

type ParsedTorrent = z.infer<typeof parsedTorrent>;

/** Shortest conceivable torrent; the parser takes exactly 20 bytes for a bare info hash. */
const SHORTEST_BYTES = 40;

/**
 * Reads a .torrent file's bytes.
 * @throws Fault release_fault for anything else (an HTML page, say) and for paths that leave the folder.
 */
export async function parseTorrentFile(file: Uint8Array): Promise<TorrentFile> {
  const parsed = await readTorrent(file);
  const files = listFiles(parsed);
  return {
    infoHash: parsed.infoHash,
    name: parsed.name,
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    files,
    trackers: parsed.announce,
    private: parsed.private ?? false,
  };
}

async function readTorrent(file: Uint8Array): Promise<ParsedTorrent> {
  try {
    if (file.length < SHORTEST_BYTES) throw new Error(`only ${file.length} bytes`);
    const parsed = parsedTorrent.parse(await parseTorrent(Buffer.from(file)));
    // The library hashes its own encoding of the info part: with keys out of order that is another torrent.
    if (!Buffer.from(file).includes(Buffer.from(parsed.infoBuffer)))
      throw new Error('its info part is not in canonical form');
    return parsed;
  } catch (error) {
    const begins = Buffer.from(file.subarray(0, 24))
      .toString('latin1')
      .replaceAll(/[^ -~]/g, '.');
    const { message } = normalizeError(error);
    throw new Fault(
      'release_fault',
      `Expected a torrent file, but what came begins "${begins}" (${message.slice(0, 200)})`,
      {
        cause: error,
      },
    );
  }
}

/** Padding files of hybrid torrents (BEP 47, attribute `p`) hold nothing and are not listed. */
function listFiles({ name, info }: ParsedTorrent): TorrentFile['files'] {
  if (info.files === undefined) return [{ path: safePath([name]), sizeBytes: info.length ?? 0 }];
  return info.files
    .filter(({ attr }) => attr === undefined || !text(attr).includes('p'))
    .map((file) => {
      const names = (file['path.utf-8'] ?? file.path ?? []).map(text);
      return { path: safePath([name, ...names]), sizeBytes: file.length };
    });
}

function text(raw: Uint8Array): string {
  return Buffer.from(raw).toString('utf8');
}

/** Each name must be one name: no separator of any system, no step up, nothing absolute. */
function safePath(names: string[]): string {
  const path = names.join('/');
  const safe = names.every((name) => name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name));
  if (safe && names.length > 0) return path;
  throw new Fault('release_fault', `The torrent names a file outside its folder: "${path.slice(0, 200)}"`);
}
