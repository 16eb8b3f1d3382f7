import { z } from 'zod';

import { Fault, normalizeError } from '../../../domain/faults.js';
import { withDeadline } from '../../deadline.js';

export interface Answered {
  status: number;
  text: string;
}

/**
 * One call of a client's HTTP interface, its answer read whole.
 * @throws Fault environment when nobody answers; neither address nor body is in its message, since both hold secrets.
 */
export async function ask(
  { product, fetch: fetcher, timeoutMs }: { product: string; fetch: typeof fetch; timeoutMs: number },
  {
    url,
    ...request
  }: { url: string; headers?: Record<string, string>; body: string | URLSearchParams | FormData },
  signal: AbortSignal,
): Promise<Answered> {
  try {
    return await withDeadline({ signal, timeoutMs }, async (bounded) => {
      const response = await fetcher(url, {
        method: 'POST',
        ...request,
        // NZBGet closes a connection that is idle for a second: a call on one that was just closed would be lost.
        headers: { ...request.headers, connection: 'close' },
        // Followed, it would take the secret to wherever it leads.
        redirect: 'manual',
        signal: bounded,
      });
      return { status: response.status, text: await response.text() };
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { cause, message } = normalizeError(error);
    // fetch hides the system's word, such as ECONNREFUSED, one level down.
    const why = cause instanceof Error ? cause.message : message;
    throw unreachable(product, `does not answer: ${why.slice(0, 200)}`, {
      remedy: `Check that ${product} runs and that its address is right`,
      cause: error,
    });
  }
}

/** The client itself is the trouble: its downloads keep their state, and the caller waits. */
export function unreachable(
  product: string,
  what: string,
  details: { remedy: string; cause?: unknown },
): Fault {
  return new Fault('environment', `${product} ${what}`, { waitingReason: 'client_unreachable', ...details });
}

/** What came instead of the client's JSON, in a word that gives nothing away. */
export function describeAnswer({ status, text }: Answered): string {
  const what = /^\s*</.test(text) ? 'a web page' : 'something else';
  return status === 200 ? what : `${what} with HTTP ${status}`;
}

/** @throws Fault transient, which names what is unexpected. */
export function parseAnswer<Result>(
  product: string,
  schema: z.ZodType<Result>,
  { value, call }: { value: unknown; call: string },
): Result {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error).slice(0, 500);
  throw new Fault('transient', `${product} answered ${call} in an unexpected shape: ${why}`);
}

/** The address with the path that its interface has, however a person entered it. @throws Fault bad_input */
export function interfaceAddress(baseUrl: string, path: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isPlain =
    url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '';
  if (!isPlain) {
    throw new Fault(
      'bad_input',
      'Expected an address such as http://host:port without user, password or key',
      {
        remedy: 'Enter user and secret in their own fields',
      },
    );
  }
  const base = url.href.replace(/\/+$/, '');
  return base.endsWith(path) ? base : `${base}${path}`;
}
