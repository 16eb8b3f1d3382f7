import { open, type FileHandle } from 'node:fs/promises';

import { Fault } from '../../domain/faults.js';

/*
 * FFmpeg drops the atom in which an M4B has its ASIN, `----:com.apple.iTunes:ASIN`. With `-movflags use_metadata_tags`
 * it keeps an ASIN, but then it writes no cover and no tag that Apple's players read (measured with 5.1;
 * docs/merging.md). So FFmpeg writes an ordinary tag of just the right size, and the atom takes its place: no size and
 * no offset in the file changes.
 */

/** `keywords`, which nobody misses. */
export const PLACEHOLDER_TAG = 'keywords';

const DATA_HEADER = 24;

/** The value of PLACEHOLDER_TAG that holds the place of this ASIN. */
export function asinPlaceholder(asin: string): string {
  return 'longplay asin '.padEnd(asinAtom(asin).length - DATA_HEADER, 'x');
}

/**
 * Writes the ASIN over its placeholder.
 * @throws Fault transient when the file has no placeholder.
 */
export async function writeAsin(file: string, asin: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const moov = await findMoov(handle);
    const content = Buffer.alloc(moov.size);
    await handle.read(content, 0, moov.size, moov.offset);
    const at = content.indexOf(asinPlaceholder(asin));
    if (at < DATA_HEADER || content.toString('latin1', at - 20, at - 16) !== 'keyw') throw noPlace();
    const atom = asinAtom(asin);
    await handle.write(atom, 0, atom.length, moov.offset + at - DATA_HEADER);
  } finally {
    await handle.close();
  }
}

function asinAtom(asin: string): Buffer {
  const mean = atom('mean', Buffer.concat([Buffer.alloc(4), Buffer.from('com.apple.iTunes')]));
  const name = atom('name', Buffer.concat([Buffer.alloc(4), Buffer.from('ASIN')]));
  // Type 1: UTF-8; then the locale.
  const data = atom('data', Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from(asin)]));
  return atom('----', Buffer.concat([mean, name, data]));
}

function atom(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
}

/** The table of contents among the top atoms of an MP4. */
async function findMoov(handle: FileHandle): Promise<{ offset: number; size: number }> {
  const header = Buffer.alloc(16);
  for (let offset = 0; ;) {
    const { bytesRead } = await handle.read(header, 0, 16, offset);
    if (bytesRead < 8) throw noPlace();
    const short = header.readUInt32BE(0);
    // 1: the size follows in 8 bytes.
    const size = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (header.toString('latin1', 4, 8) === 'moov') return { offset, size };
    if (size < 8) throw noPlace();
    offset += size;
  }
}

function noPlace(): Fault {
  return new Fault('transient', 'Expected the place of the ASIN in the merged file, it is not there');
}
