/** An ID3v2 tag written by hand, as other programs than FFmpeg write it. */
export function id3(version: 2 | 3 | 4, frames: readonly Buffer[], { room = 0, flags = 0 } = {}): Buffer {
  const content = Buffer.concat([...frames, Buffer.alloc(room)]);
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([version, 0, flags]), safe(content.length), content]);
}

/** `id` of three letters: one of version 2. */
export function frame(id: string, body: Buffer | string, version: 3 | 4 = 3): Buffer {
  const bytes = Buffer.from(body);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  if (id.length === 3) return Buffer.concat([Buffer.from(id), size.subarray(1), bytes]);
  return Buffer.concat([Buffer.from(id), version === 4 ? safe(bytes.length) : size, Buffer.alloc(2), bytes]);
}

function safe(value: number): Buffer {
  return Buffer.from([3, 2, 1, 0].map((byte) => (value >> (7 * byte)) & 0x7f));
}
