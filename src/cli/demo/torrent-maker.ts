import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

export interface TorrentSource {
  /** The folder's name inside the torrent. */
  name: string;
  files: { hostPath: string; path: string }[];
  trackerUrl: string;
}

export interface MadeTorrent {
  bytes: Uint8Array;
  infoHash: string;
  totalBytes: number;
}

const PIECE_BYTES = 64 * 1024;

/** A v1 torrent of several files (BEP 3), hashed by streaming. */
export async function makeTorrent({ name, files, trackerUrl }: TorrentSource): Promise<MadeTorrent> {
  const listed = await Promise.all(
    files.map(async ({ hostPath, path }) => ({ length: (await stat(hostPath)).size, path: path.split('/') })),
  );
  const pieces = await hashPieces(files.map(({ hostPath }) => hostPath));
  const info = { files: listed, name, 'piece length': PIECE_BYTES, pieces };
  return {
    bytes: encode({ announce: trackerUrl, info }),
    infoHash: createHash('sha1').update(encode(info)).digest('hex'),
    totalBytes: listed.reduce((sum, { length }) => sum + length, 0),
  };
}

async function hashPieces(files: string[]): Promise<Buffer> {
  const hashes: Buffer[] = [];
  let pending = Buffer.alloc(0);
  for (const file of files) {
    for await (const chunk of createReadStream(file)) {
      pending = Buffer.concat([pending, chunk as Buffer]);
      for (; pending.length >= PIECE_BYTES; pending = pending.subarray(PIECE_BYTES)) {
        hashes.push(createHash('sha1').update(pending.subarray(0, PIECE_BYTES)).digest());
      }
    }
  }
  if (pending.length > 0) hashes.push(createHash('sha1').update(pending).digest());
  return Buffer.concat(hashes);
}

type Bencodable = string | number | Buffer | Bencodable[] | { [key: string]: Bencodable };

/** Keys in byte order, as BEP 3 asks. */
function encode(value: Bencodable): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${Math.trunc(value)}e`);
  if (typeof value === 'string') return encode(Buffer.from(value));
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('l'), ...value.map(encode), Buffer.from('e')]);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  const parts = entries.flatMap(([key, inner]) => [encode(key), encode(inner)]);
  return Buffer.concat([Buffer.from('d'), ...parts, Buffer.from('e')]);
}
