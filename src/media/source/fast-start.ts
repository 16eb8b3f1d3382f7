import { open } from 'node:fs/promises';

/** Header of a box: 4 bytes of size, 4 of name, and 8 of size more where the first says 1 (ISO/IEC 14496-12 §4.2). */
const HEADER = 16;
const MAX_BOXES = 1_000;

/**
 * True where the index (`moov`) of an MP4 stands before its data (`mdat`); false where it stands behind it, or where
 * neither is found. Reads 16 bytes a box.
 */
export async function isFastStart(hostPath: string): Promise<boolean> {
  const file = await open(hostPath);
  try {
    const header = Buffer.alloc(HEADER);
    for (let at = 0, boxes = 0; boxes < MAX_BOXES; boxes += 1) {
      const { bytesRead } = await file.read(header, 0, HEADER, at);
      if (bytesRead < 8) return false;
      const name = header.toString('latin1', 4, 8);
      if (name === 'moov' || name === 'mdat') return name === 'moov';
      const short = header.readUInt32BE(0);
      const size = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
      // 0 reaches to the end of the file; less than a header is no box.
      if (size < 8) return false;
      at += size;
    }
    return false;
  } finally {
    await file.close();
  }
}
