import { createHash } from 'node:crypto';

type Bencodable = string | number | Buffer | Bencodable[] | { [key: string]: Bencodable };

export interface TestTorrent {
  bytes: Uint8Array;
  infoHash: string;
}

/** A v1 torrent with these files; the content's hashes are made up, since nobody downloads it. */
export function writeTorrent({
  name = 'Foundation',
  files = [{ path: ['01.mp3'], length: 40_000_000 }],
  extra = {},
}: {
  name?: string;
  files?: { path: string[]; length: number; attr?: string }[];
  extra?: Record<string, Bencodable>;
} = {}): TestTorrent {
  const info = { files, name, 'piece length': 16_384, pieces: Buffer.alloc(20, 7), ...extra };
  return {
    bytes: encode({ announce: 'http://127.0.0.1:1/announce', info }),
    infoHash: createHash('sha1').update(encode(info)).digest('hex'),
  };
}

/** Bencoding (BEP 3); `sorted: false` keeps the keys as given, which is not canonical. */
export function encode(value: Bencodable, { sorted = true }: { sorted?: boolean } = {}): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`);
  if (typeof value === 'string') return encode(Buffer.from(value));
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (Array.isArray(value)) {
    return Buffer.concat([
      Buffer.from('l'),
      ...value.map((inner) => encode(inner, { sorted })),
      Buffer.from('e'),
    ]);
  }
  const entries = Object.entries(value);
  if (sorted) entries.sort(([one], [other]) => (one < other ? -1 : 1));
  const parts = entries.flatMap(([key, inner]) => [encode(key), encode(inner, { sorted })]);
  return Buffer.concat([Buffer.from('d'), ...parts, Buffer.from('e')]);
}
