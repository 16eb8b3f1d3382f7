import { z } from 'zod';

import { errorCode, Fault, normalizeError } from '../domain/faults.js';
import { parseJson } from '../domain/parse-json.js';
import { parseUrl } from '../integrations/indexers/parse-url.js';
import { parseProblem, RefusedError } from './problem.js';
import { createSseParser, type ServerSentEvent } from './sse-parser.js';

export type Query = Record<string, string | number | undefined>;

export interface HttpRequest<Answer> {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  /** A status above 299 whose body is an answer too. */
  alsoAccept?: number;
  /** For what takes longer than other calls, milliseconds. */
  timeoutMs?: number;
  /** What the answer must be; fields that it does not name are kept. */
  answer: z.ZodType<Answer>;
}

export interface StreamRequest {
  path: string;
  query?: Query;
  lastEventId?: string;
  signal: AbortSignal;
}

export interface EventStream {
  events: AsyncIterable<ServerSentEvent>;
  lastEventId: () => string;
  retryMs: () => number | undefined;
}

/** The one door to the HTTP API. */
export interface HttpClient {
  baseUrl: string;
  /** @throws RefusedError when the API says no; Fault environment when nobody answers. */
  send: <Answer>(request: HttpRequest<Answer>) => Promise<Answer>;
  /** Opens an event stream; its end, broken or not, ends `events`. Errors as `send`. */
  stream: (request: StreamRequest) => Promise<EventStream>;
}

export interface HttpClientOptions {
  baseUrl: string;
  token: string | undefined;
  /** For a whole answer, milliseconds. */
  timeoutMs?: number;
  /** Without a byte, also a comment, for so long a stream is taken for dead; the API writes each 15 s. */
  idleMs?: number;
  userAgent?: string;
}

const REACH = 'Start it with "longplay up", or set LONGPLAY_URL to where it runs';

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const identity = { ...authorization, 'user-agent': options.userAgent ?? 'longplay-cli' };
  const request = (url: URL, init: RequestInit & { signal: AbortSignal }): Promise<Response> =>
    // A redirect would carry the token to another place.
    fetch(url, { ...init, redirect: 'error' }).catch((error: unknown) => {
      throw unreachable({ baseUrl, error, late: init.signal.aborted });
    });

  return {
    baseUrl,
    send: async ({ method = 'GET', path, query, body, headers, answer, alsoAccept, timeoutMs }) => {
      const signal = AbortSignal.timeout(timeoutMs ?? options.timeoutMs ?? 30_000);
      const response = await request(urlOf(baseUrl, path, query), {
        method,
        signal,
        headers: { accept: 'application/json', ...identity, ...contentType(body), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text().catch((error: unknown) => {
        throw unreachable({ baseUrl, error, late: signal.aborted });
      });
      if (!response.ok && response.status !== alsoAccept) throw refusal(response, text);
      return parseAnswer({ text, path, answer });
    },
    stream: async ({ path, query, lastEventId, signal }) => {
      const url = urlOf(baseUrl, path, query);
      const idle = createIdleSignal(options.idleMs ?? 45_000, signal);
      const response = await request(url, {
        signal: idle.signal,
        headers: { accept: 'text/event-stream', ...identity, ...resumeAt(lastEventId) },
      }).catch((error: unknown) => {
        idle.done();
        throw error;
      });
      if (!response.ok) {
        idle.done();
        throw refusal(response, await response.text().catch(() => ''));
      }
      const parser = createSseParser(lastEventId);
      return {
        events: readEvents(response, { push: parser.push, seen: idle.seen, done: idle.done }),
        lastEventId: parser.lastEventId,
        retryMs: parser.retryMs,
      };
    },
  };
}

async function* readEvents(
  response: Response,
  {
    push,
    seen,
    done,
  }: { push: (chunk: Uint8Array) => ServerSentEvent[]; seen: () => void; done: () => void },
): AsyncGenerator<ServerSentEvent> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  try {
    for await (const chunk of body ?? []) {
      seen();
      yield* push(chunk);
    }
  } catch {
    // Cut off, silent for too long or aborted: for the reader all are the stream's end; it asks again or not.
  } finally {
    done();
  }
}

/** Aborts when nothing was seen for `idleMs`, or with `outer`. */
function createIdleSignal(
  idleMs: number,
  outer: AbortSignal,
): { signal: AbortSignal; seen: () => void; done: () => void } {
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort(new Fault('environment', `Expected a sign of life each 15 s, got none for ${idleMs} ms`));
  }, idleMs);
  // The connection keeps the process; a reader who left its loop needs no timer.
  timer.unref();
  return {
    signal: AbortSignal.any([outer, idle.signal]),
    seen: () => timer.refresh(),
    done: () => {
      clearTimeout(timer);
    },
  };
}

function parseAnswer<Answer>(given: { text: string; path: string; answer: z.ZodType<Answer> }): Answer {
  const { text, path, answer } = given;
  const parsed = answer.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Fault(
    'defect',
    `Expected an answer of Longplay from ${path}, got another: ${z.prettifyError(parsed.error)}`,
    {
      remedy: 'Check that LONGPLAY_URL is a Longplay of this version',
      cause: parsed.error,
    },
  );
}

function refusal(response: Response, text: string): RefusedError {
  return new RefusedError(parseProblem(response.status, response.statusText, parseJson(text)));
}

function unreachable(failed: { baseUrl: string; error: unknown; late: boolean }): Fault {
  const why = failed.late ? 'no answer in time' : reasonOf(failed.error);
  return new Fault('environment', `Expected Longplay at ${failed.baseUrl}, got: ${why}`, {
    remedy: REACH,
    cause: failed.error,
  });
}

/** fetch says only "fetch failed"; where a name has several addresses, its cause has no words but a code. */
function reasonOf(error: unknown): string {
  const { cause, message } = normalizeError(error);
  if (typeof cause !== 'object' || cause === null) return message;
  if ('message' in cause && typeof cause.message === 'string' && cause.message !== '') return cause.message;
  return errorCode(cause) ?? message;
}

/** @throws Fault bad_input for an address that is none. */
function urlOf(baseUrl: string, path: string, query: Query = {}): URL {
  // Without its id a path is that of all of them, and the answer would be another one than was asked for.
  if (/\/(\/|$)/.test(path)) throw new Fault('bad_input', 'Expected an id or a name, got an empty text');
  const url = parseUrl(baseUrl + path);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Fault('bad_input', `Expected an address like http://127.0.0.1:4100, got "${baseUrl}"`);
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function contentType(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

function resumeAt(lastEventId: string | undefined): Record<string, string> {
  return lastEventId === undefined || lastEventId === '' ? {} : { 'last-event-id': lastEventId };
}
