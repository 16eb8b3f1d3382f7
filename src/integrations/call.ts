import { z } from 'zod';

import { Fault, normalizeError } from '../domain/faults.js';
import { parseJson } from '../domain/parse-json.js';
import { withDeadline } from './deadline.js';
import { readBounded, retryAfterMs } from './http-answer.js';

export interface CallerOptions {
  /** For messages. */
  product: string;
  baseUrl: string;
  /** With the credentials: they are in no address and no message. */
  headers: Readonly<Record<string, string>>;
  /** What helps where the credentials are refused. */
  credentialsRemedy: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

export interface Call {
  method?: 'GET' | 'POST';
  query?: Readonly<Record<string, string | number>>;
  body?: unknown;
  signal: AbortSignal;
}

/** Calls of one media server, by paths below its address. */
export interface Caller {
  /** @throws Fault for everything but a 2xx answer in the schema's shape. */
  read: <Result>(path: string, schema: z.ZodType<Result>, call: Call) => Promise<Result>;
  /** @throws Fault for everything but a 2xx answer. */
  send: (path: string, call: Call) => Promise<void>;
}

const TIMEOUT_MS = 30_000;
/** A page of 200 items has some 5 kB an item at most. */
const MAX_BYTES = 16 * 1_048_576;

export function createCaller(options: CallerOptions): Caller {
  return {
    send: async (path, call) => {
      await exchange(options, path, call);
    },
    read: async (path, schema, call) => {
      const text = await exchange(options, path, call);
      const parsed = schema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw /^\s*</.test(text) ? notTheProduct(options) : oddShape(options, path, parsed.error);
    },
  };
}

async function exchange(options: CallerOptions, path: string, call: Call): Promise<string> {
  const { product, fetch: fetcher = fetch, timeoutMs = TIMEOUT_MS } = options;
  const { signal } = call;
  let answer: { response: Response; body: Uint8Array; tooLarge: boolean };
  let isLate = (): boolean => false;
  try {
    answer = await withDeadline({ signal, timeoutMs }, async (bounded) => {
      isLate = () => bounded.aborted;
      const response = await fetcher(addressOf(options, path, call), {
        ...requestOf(options, call),
        signal: bounded,
      });
      return { response, ...(await readBounded(response, MAX_BYTES)) };
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = isLate() ? `no whole answer within ${timeoutMs / 1_000} s` : whyOf(error);
    throw unreachable(product, why, error);
  }
  refuse(options, path, answer.response);
  if (!answer.tooLarge) return Buffer.from(answer.body).toString('utf8');
  throw new Fault('transient', `${product} answered ${path} with more than ${MAX_BYTES} bytes`);
}

function requestOf({ headers }: CallerOptions, { method = 'GET', body }: Call): RequestInit {
  return {
    method,
    // Followed, a redirect would carry the credentials to wherever it points.
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

function addressOf({ baseUrl }: CallerOptions, path: string, { query = {} }: Call): URL {
  const url = new URL(baseUrl.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

/** fetch hides the system's word, such as ECONNREFUSED, one level down. */
function whyOf(error: unknown): string {
  const { cause, message } = normalizeError(error);
  return (cause instanceof Error ? cause.message : message).slice(0, 200);
}

function unreachable(product: string, why: string, cause?: unknown): Fault {
  return new Fault('environment', `${product} does not answer: ${why}`, {
    waitingReason: 'library_unreachable',
    remedy: `Check that ${product} runs and that its address is right`,
    cause,
  });
}

function refuse(options: CallerOptions, path: string, { status, headers }: Response): void {
  const { product, credentialsRemedy } = options;
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403) {
    throw new Fault('credentials', `${product} refuses the token (HTTP ${status} for ${path})`, {
      remedy: credentialsRemedy,
    });
  }
  if (status === 429) {
    const afterMs = retryAfterMs(headers, new Date());
    throw new Fault('throttled', `${product} asks for a pause (HTTP 429)`, {
      ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
    });
  }
  if (status >= 502 && status <= 504) throw unreachable(product, `HTTP ${status}`);
  if (status >= 300 && status < 400) throw redirected(product, headers);
  if (status >= 500 || status === 408) throw new Fault('transient', `${product} answered ${path}: ${status}`);
  throw new Fault('bad_input', `Expected an answer of ${product} to ${path}, got HTTP ${status}`, {
    remedy: `Check that the address is that of ${product}, without a path of its pages`,
  });
}

function redirected(product: string, headers: Headers): Fault {
  const target = (headers.get('location') ?? 'elsewhere').split(/[?#]/)[0]?.slice(0, 200) ?? '';
  return new Fault('environment', `Expected an answer of ${product}, got a redirect to ${target}`, {
    waitingReason: 'library_unreachable',
    remedy: 'Enter the address to which it leads',
  });
}

function notTheProduct({ product }: CallerOptions): Fault {
  return new Fault('environment', `Expected an answer of ${product}, got a web page`, {
    waitingReason: 'library_unreachable',
    remedy: 'Check the address, and what stands before the server',
  });
}

function oddShape({ product }: CallerOptions, path: string, error: z.ZodError): Fault {
  const what = z.prettifyError(error).slice(0, 500);
  return new Fault('transient', `${product} answered ${path} in an unexpected shape: ${what}`, {
    cause: error,
  });
}
