import { open } from 'node:fs/promises';

const CHUNK_BYTES = 1_048_576;

/**
 * Reads a file once, in chunks of up to 1 MiB; the next is read while one is worked on. A chunk holds only until the
 * next is asked for: the same two buffers serve throughout, since fresh memory costs more than reading does.
 * @throws Node's own errors of the disk.
 */
export async function* readChunks(file: string): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file, 'r');
  try {
    yield* chunksOf(async (buffer) => (await handle.read(buffer, 0, CHUNK_BYTES, null)).bytesRead);
  } finally {
    await handle.close();
  }
}

/** @param read - fills a buffer with what comes next, and tells how many bytes that is; 0 at the end. */
export async function* chunksOf(
  read: (buffer: Buffer) => Promise<number>,
): AsyncGenerator<Buffer, void, undefined> {
  let [buffer, spare] = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
  const readOn = (): Promise<number> => {
    const reading = read(buffer);
    // A disk that fails ahead is told of when its chunk is asked for; until then nobody listens, and Node would end
    // the process for that.
    reading.catch(() => undefined);
    return reading;
  };
  let reading = readOn();
  try {
    for (let length = await reading; length > 0; length = await reading) {
      const chunk = buffer.subarray(0, length);
      [buffer, spare] = [spare, buffer];
      reading = readOn();
      yield chunk;
    }
  } finally {
    // Whoever stops early does not ask what came of the read ahead, which still writes into its buffer.
    await reading.catch(() => 0);
  }
}
