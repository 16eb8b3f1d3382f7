import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const PART_BYTES = 64 * 1_024;

/**
 * SHA-256 of a file's size, its first and its last 64 KiB: with size and time it is what a moved file is known by, at the
 * cost of two reads (media.md §3.1).
 * @throws Node's own error of the file.
 */
export async function hashHeadAndTail(hostPath: string): Promise<string> {
  const file = await open(hostPath, 'r');
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256').update(`${size}\n`);
    const buffer = Buffer.alloc(PART_BYTES);
    for (const at of size > PART_BYTES ? [0, size - PART_BYTES] : [0]) {
      const { bytesRead } = await file.read(buffer, 0, PART_BYTES, at);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
