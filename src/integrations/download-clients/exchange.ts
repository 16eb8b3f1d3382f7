import { z } from 'zod';

import { Fault, normalizeError } from '../../domain/faults.js';
import { parseJson } from '../../domain/parse-json.js';
import { withDeadline } from '../deadline.js';

export interface ExchangeOptions {
  /** For messages. */
  product: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

export interface Reply {
  status: number;
  text: string;
  headers: Headers;
}

const TIMEOUT_MS = 15_000;

/**
 * One request and its whole answer, whatever its status. A redirect is never followed: it would carry the
 * credentials to wherever it points.
 * @throws Fault environment when nobody answers, or something in between answers for the product
 */
export async function exchange(
  { product, fetch: fetcher = fetch, timeoutMs = TIMEOUT_MS }: ExchangeOptions,
  url: URL,
  request: RequestInit,
  signal: AbortSignal,
): Promise<Reply> {
  let reply: Reply;
  try {
    reply = await withDeadline({ signal, timeoutMs }, async (deadline) => {
      const response = await fetcher(url, { ...request, redirect: 'manual', signal: deadline });
      return { status: response.status, text: await response.text(), headers: response.headers };
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw unreachable(product, error);
  }
  if (reply.status >= 300 && reply.status < 400) throw redirected(product, reply);
  if (reply.status >= 502 && reply.status <= 504) {
    throw unreachable(product, new Error(`what is before it answers ${reply.status}`));
  }
  return reply;
}

function unreachable(product: string, error: unknown): Fault {
  const { cause, message } = normalizeError(error);
  // fetch hides the system's word, such as ECONNREFUSED, one level down.
  const why = cause instanceof Error ? cause.message : message;
  return new Fault('environment', `${product} does not answer: ${why.slice(0, 200)}`, {
    waitingReason: 'client_unreachable',
    remedy: `Check that ${product} runs and that its address is right`,
    cause: error,
  });
}

function redirected(product: string, { headers }: Reply): Fault {
  const target = headers.get('location') ?? 'elsewhere';
  return new Fault(
    'environment',
    `Expected an answer of ${product}, got a redirect to ${target.slice(0, 200)}`,
    {
      waitingReason: 'client_unreachable',
      remedy: 'Enter the address to which it leads',
    },
  );
}

/** What came in another shape than any version is known to use: often a web page of something in between. */
export function parseReply<Result>(
  product: string,
  { schema, text, what }: { schema: z.ZodType<Result>; text: string; what: string },
): Result {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const page = /^\s*</.test(text);
  throw new Fault(
    'environment',
    `Expected ${product}'s answer to ${what}, got ${page ? 'a web page' : `something else: ${z.prettifyError(parsed.error).slice(0, 300)}`}`,
    {
      waitingReason: 'client_unreachable',
      remedy: `Check that the address is ${product}'s own`,
      cause: parsed.error,
    },
  );
}
