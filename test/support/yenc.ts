import { crc32 } from 'node:zlib';

const LINE = 128;
const ESCAPED = new Set([0x00, 0x0a, 0x0d, 0x3d]);

export interface YencPart {
  name: string;
  part: number;
  total: number;
  /** Size of the whole file. */
  fileBytes: number;
  /** Where the part begins in the file, from 0. */
  offset: number;
  bytes: Uint8Array;
}

/** One article's body as yEnc 1.3 writes it, lines ended by CR LF; `wrongCrc` tells another checksum. */
export function writeYenc(part: YencPart, { wrongCrc = false }: { wrongCrc?: boolean } = {}): Buffer {
  const { name, fileBytes, offset, bytes } = part;
  const crc = (crc32(bytes) ^ (wrongCrc ? 1 : 0)) >>> 0;
  const head = [
    `=ybegin part=${part.part} total=${part.total} line=${LINE} size=${fileBytes} name=${name}`,
    `=ypart begin=${offset + 1} end=${offset + bytes.length}`,
    '',
  ].join('\r\n');
  const tail = `=yend size=${bytes.length} part=${part.part} pcrc32=${crc.toString(16).padStart(8, '0')}\r\n`;
  return Buffer.concat([Buffer.from(head), encode(bytes), Buffer.from(tail)]);
}

function encode(bytes: Uint8Array): Buffer {
  // At worst each byte is escaped, and each line has its end.
  const out = Buffer.alloc(bytes.length * 2 + Math.ceil((bytes.length * 2) / LINE + 1) * 2);
  let at = 0;
  let column = 0;
  for (const byte of bytes) {
    const shifted = (byte + 42) & 0xff;
    if (ESCAPED.has(shifted)) {
      out[at++] = 0x3d;
      out[at++] = (shifted + 64) & 0xff;
      column += 2;
    } else {
      out[at++] = shifted;
      column += 1;
    }
    if (column >= LINE) {
      at = out.write('\r\n', at, 'latin1') + at;
      column = 0;
    }
  }
  if (column > 0) at = out.write('\r\n', at, 'latin1') + at;
  return out.subarray(0, at);
}

/** A line that begins with a dot gets a second one (RFC 3977 §3.1.1). */
export function stuffDots(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').replaceAll(/^\./gm, '..'), 'latin1');
}
