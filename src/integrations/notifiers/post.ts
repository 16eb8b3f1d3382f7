import { errorCode, Fault } from '../../domain/faults.js';
import { TooLate, withDeadline } from '../deadline.js';
import { readBounded, retryAfterMs } from '../http-answer.js';
import { TIMEOUT_MS } from './port.js';

export interface Posting {
  /** For messages, with its host: `ntfy at ntfy.sh`. */
  service: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

export interface Posted {
  status: number;
  text: string;
}

/** An answer is read for its few words only. */
const MAX_BYTES = 64 * 1_024;

/**
 * One POST of JSON and its whole answer of 2xx. A redirect is never followed: it would carry message and credentials to
 * wherever it points.
 * @throws Fault for all else; an abort of `signal` throws its reason.
 */
export async function post(posting: Posting, signal: AbortSignal): Promise<Posted> {
  const { url, headers, body, fetch: fetcher = fetch, timeoutMs = TIMEOUT_MS } = posting;
  let answer: { response: Response; text: string };
  try {
    answer = await withDeadline({ signal, timeoutMs }, async (bounded) => {
      const response = await fetcher(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'user-agent': 'Longplay', 'content-type': 'application/json', ...headers },
        body,
        signal: bounded,
      });
      const { body: bytes } = await readBounded(response, MAX_BYTES);
      return { response, text: Buffer.from(bytes).toString('utf8') };
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw silent(posting, error);
  }
  refuse(posting, answer.response);
  return { status: answer.response.status, text: answer.text };
}

/** Whether it was taken is not known: sent again, its key tells that it is the same. */
function silent({ service, timeoutMs = TIMEOUT_MS }: Posting, error: unknown): Fault {
  if (error instanceof TooLate) {
    const told = `${service} did not answer within ${timeoutMs / 1_000} s`;
    return new Fault('transient', told, { remedy: CHECK, cause: error });
  }
  // fetch hides the system's word one level down, and that may quote the address: only its code is shown.
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  const why = errorCode(cause) ?? errorCode(error) ?? 'the connection failed';
  return new Fault('transient', `${service} cannot be reached: ${why}`, { remedy: CHECK, cause: error });
}

const CHECK = 'Check the address, and that the service is up';

function refuse({ service }: Posting, { status, headers }: Response): void {
  if (status >= 200 && status < 300) return;
  const told = `${service} answered HTTP ${status}`;
  if (status === 429) {
    const waitMs = retryAfterMs(headers, new Date());
    throw new Fault('throttled', `${service} asks for a pause (HTTP 429)`, {
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    });
  }
  if (status === 401 || status === 403) {
    throw new Fault('credentials', `${service} refuses the credentials (HTTP ${status})`, {
      remedy: 'Enter the secret, or the user and password of the address, again',
    });
  }
  if (status === 404 || status === 410) {
    throw new Fault('gone', told, { remedy: 'Check the address: there is nothing behind its path' });
  }
  if (status >= 300 && status < 400) {
    throw new Fault('environment', `Expected an answer of ${service}, got a redirect (HTTP ${status})`, {
      remedy: 'Enter the address to which it leads',
    });
  }
  if (status >= 500 || status === 408 || status === 424 || status === 425) throw unavailable(told, headers);
  throw new Fault('bad_input', `${service} refuses the message (HTTP ${status})`, {
    remedy: 'Check the address, and what the service says in its own log',
  });
}

function unavailable(told: string, headers: Headers): Fault {
  const waitMs = retryAfterMs(headers, new Date());
  return new Fault('transient', told, waitMs === undefined ? {} : { retryAfterMs: waitMs });
}

/** Of a user and password in the address. */
export function basicAuth({
  username,
  password,
}: {
  username: string;
  password: string;
}): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}
