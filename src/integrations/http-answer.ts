const LONGEST_RETRY_AFTER_MS = 7 * 24 * 3_600_000;
const SHORTEST_RETRY_AFTER_MS = 1_000;

/** Retry-After in milliseconds, told in seconds or as a date; between 1 s and 7 d. Undefined when absent. */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const told = headers.get('retry-after')?.trim();
  if (told === undefined || told === '') return undefined;
  const ms = /^\d+$/.test(told) ? Number(told) * 1_000 : Date.parse(told) - now.getTime();
  if (Number.isNaN(ms)) return undefined;
  return Math.min(LONGEST_RETRY_AFTER_MS, Math.max(SHORTEST_RETRY_AFTER_MS, ms));
}

/** The body up to `maxBytes`; the rest of a longer one is not read. */
export async function readBounded(
  response: Response,
  maxBytes: number,
): Promise<{ body: Uint8Array; tooLarge: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  if (reader === undefined) return { body: new Uint8Array(), tooLarge: false };
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done || value === undefined) return { body: Buffer.concat(chunks), tooLarge: false };
    bytes += value.length;
    if (bytes > maxBytes) {
      await reader.cancel();
      return { body: Buffer.concat(chunks), tooLarge: true };
    }
    chunks.push(value);
  }
}
