import { errorCode, Fault, normalizeError } from '../../domain/faults.js';
import { TooLate, withDeadline } from '../deadline.js';
import { readBounded } from '../http-answer.js';

export interface BodyLimit {
  maxBytes: number;
  /** Sent beside our own name. */
  headers?: Readonly<Record<string, string>>;
  /** From the call to the last byte, milliseconds (acquisition.md §3.1). Connecting alone has Node's 10 s. */
  timeoutMs: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** The body was longer than allowed, and its rest was not read. */
  tooLarge: boolean;
}

/** Nothing, or only a part, came in time. */
export class NoAnswer extends Fault {
  /** No connection came about: the trouble may as well be ours, so the back-off keeps its level (§3.2). */
  readonly unreachable: boolean;

  constructor(message: string, { unreachable, cause }: { unreachable: boolean; cause: unknown }) {
    super('transient', message, { cause });
    this.unreachable = unreachable;
  }
}

/** Codes of a connection that never came about; a reset or a time-out later means that somebody was there. */
const NO_CONNECTION = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * One GET without following redirects, its body bounded: an endless or huge answer costs at most `maxBytes`.
 * @throws NoAnswer. The URL is in no message: it carries keys. An abort of `signal` throws its reason.
 */
export async function getBounded(
  fetcher: typeof fetch,
  url: URL,
  { maxBytes, timeoutMs, headers: more, signal }: BodyLimit & { signal: AbortSignal },
): Promise<Answer> {
  const headers = { 'user-agent': 'Longplay', ...more };
  try {
    return await withDeadline({ signal, timeoutMs }, async (bounded) => {
      const response = await fetcher(url, { redirect: 'manual', signal: bounded, headers });
      const { body, tooLarge } = await readBounded(response, maxBytes);
      return { status: response.status, headers: response.headers, body, tooLarge };
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof TooLate ? tooLate(error, { url, timeoutMs }) : noConnection(error, url);
  }
}

function tooLate(error: unknown, { url, timeoutMs }: { url: URL; timeoutMs: number }): NoAnswer {
  const message = `${url.host} did not answer whole within ${timeoutMs / 1_000} s`;
  return new NoAnswer(message, { unreachable: false, cause: error });
}

/** fetch says "fetch failed" and keeps what happened in the cause. */
function noConnection(error: unknown, url: URL): NoAnswer {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  const code = errorCode(cause);
  const unreachable = code !== undefined && NO_CONNECTION.has(code);
  const reason = code ?? normalizeError(cause ?? error).message;
  return new NoAnswer(`${url.host} cannot be reached: ${reason}`, { unreachable, cause: error });
}
