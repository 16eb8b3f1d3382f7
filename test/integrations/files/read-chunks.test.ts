import { createHash, randomFillSync } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { chunksOf, readChunks } from '../../../src/integrations/files/read-chunks.js';

const MEBIBYTE = 1_048_576;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-chunks-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(bytes: number): Promise<{ file: string; content: Buffer }> {
  const content = randomFillSync(Buffer.alloc(bytes));
  const file = path.join(folder, 'book.mp3');
  await writeFile(file, content);
  return { file, content };
}

/** Files below the folder that this process has open. */
async function openFiles(): Promise<string[]> {
  const handles = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(folder));
}

describe('chunks of a file', () => {
  it.each([
    ['nothing', 0, []],
    ['less than a chunk', 5, [5]],
    ['one chunk', MEBIBYTE, [MEBIBYTE]],
    ['several and a rest', 4 * MEBIBYTE + 7, [MEBIBYTE, MEBIBYTE, MEBIBYTE, MEBIBYTE, 7]],
  ])('are all of it, in order: %s', async (_what, bytes, expected) => {
    const { file, content } = await fileOf(bytes);
    const hash = createHash('sha256');
    const lengths: number[] = [];
    for await (const chunk of readChunks(file)) {
      hash.update(chunk);
      lengths.push(chunk.length);
    }
    expect(lengths).toEqual(expected);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('are not overwritten by the read ahead while somebody works on one', async () => {
    const { file, content } = await fileOf(3 * MEBIBYTE);
    let read = 0;
    for await (const chunk of readChunks(file)) {
      const before = Buffer.from(chunk);
      await openFiles();
      expect(chunk.equals(before)).toBe(true);
      expect(chunk.equals(content.subarray(read, read + chunk.length))).toBe(true);
      read += chunk.length;
    }
    expect(read).toBe(content.length);
  });

  it('leave no file open when somebody stops early, or fails', async () => {
    const { file } = await fileOf(3 * MEBIBYTE);
    for await (const chunk of readChunks(file)) {
      expect(await openFiles()).toEqual([file]);
      if (chunk.length > 0) break;
    }
    expect(await openFiles()).toEqual([]);
    const failing = async (): Promise<void> => {
      for await (const chunk of readChunks(file)) throw new Error(`enough after ${chunk.length}`);
    };
    await expect(failing()).rejects.toThrow(`enough after ${MEBIBYTE}`);
    expect(await openFiles()).toEqual([]);
  });

  it('tell of a disk that fails ahead when its chunk is asked for, and end nothing else', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    let reads = 0;
    const chunks = chunksOf(() => {
      reads += 1;
      return reads === 1 ? Promise.resolve(7) : Promise.reject(new Error('a bad sector'));
    });
    try {
      expect((await chunks.next()).value).toHaveLength(7);
      // Somebody works on the chunk: rejections that nobody hears are told of after the microtasks.
      await openFiles();
      await expect(chunks.next()).rejects.toThrow('a bad sector');
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });

  it('say what the disk says', async () => {
    const missing = readChunks(path.join(folder, 'no.mp3')).next();
    await expect(missing).rejects.toThrow(expect.objectContaining({ code: 'ENOENT' }));
    await expect(readChunks(folder).next()).rejects.toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(await openFiles()).toEqual([]);
  });
});
