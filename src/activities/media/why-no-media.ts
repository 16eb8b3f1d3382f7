import { open } from 'node:fs/promises';

import { finding, type Finding } from '../../domain/media/findings.js';
import type { ReadFile } from './read-deeper.js';

/** Boxes that a file of the MP4 family begins with (ISO/IEC 14496-12). */
const FIRST_BOXES = new Set(['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid']);
/** What texts that name other files begin with. */
const PLAYLIST = /^\s*(#EXTM3U|ffconcat version|<\?xml|<MPD|<smil|\[playlist\])/i;
const LOOKED_AT = 512;

/** Why ffprobe can read nothing of a file; the first bytes tell more than its words, which blame the index of any text. */
export async function whyNoMedia(
  { found, hostPath }: ReadFile,
  invalidReason: string | null,
): Promise<Finding> {
  if (found.sizeBytes === 0) return finding('empty');
  const head = await readHead(hostPath);
  if (PLAYLIST.test(head.toString('utf8').replace(/^\uFEFF/, ''))) return finding('playlist');
  const said = invalidReason ?? '';
  const isMp4 = FIRST_BOXES.has(head.toString('latin1', 4, 8));
  return isMp4 && said.includes('moov atom not found') ? finding('no_index') : finding('no_media');
}

async function readHead(hostPath: string): Promise<Buffer> {
  const file = await open(hostPath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
