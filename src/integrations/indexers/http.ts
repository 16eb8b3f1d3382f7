import { Fault, normalizeError } from '../../domain/faults.js';

export interface BodyLimit {
  maxBytes: number;
  /** From the call to the last byte, milliseconds (acquisition.md §3.1). */
  timeoutMs: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** The body was longer than allowed, and its rest was not read. */
  tooLarge: boolean;
}

/**
 * One GET without following redirects, its body bounded: an endless or huge answer costs at most `maxBytes`.
 * @throws Fault transient when nothing, or only a part, came in time. The URL is in no message: it carries keys.
 */
export async function getBounded(
  fetcher: typeof fetch,
  url: URL,
  { maxBytes, timeoutMs, signal }: BodyLimit & { signal: AbortSignal },
): Promise<Answer> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetcher(url, {
      redirect: 'manual',
      signal: bounded,
      headers: { 'user-agent': 'Longplay' },
    });
    const { body, tooLarge } = await readBounded(response, maxBytes);
    return { status: response.status, headers: response.headers, body, tooLarge };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (bounded.aborted) {
      throw new Fault('transient', `${url.host} did not answer whole within ${timeoutMs / 1_000} s`, {
        cause: error,
      });
    }
    throw new Fault('transient', `${url.host} cannot be reached: ${causeOf(error)}`, { cause: error });
  }
}

async function readBounded(
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

function causeOf(error: unknown): string {
  const { cause, message } = normalizeError(error);
  return cause instanceof Error ? cause.message : message;
}

/** Retry-After in milliseconds, as seconds or as a date; undefined when absent or in the past. */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const told = headers.get('retry-after')?.trim();
  if (told === undefined || told === '') return undefined;
  const ms = /^\d+$/.test(told) ? Number(told) * 1_000 : Date.parse(told) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
