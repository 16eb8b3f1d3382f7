import type { IndexerOutcome, Release } from '../../domain/acquisition/release.js';
import { Fault, normalizeError } from '../../domain/faults.js';
import { fetchReleaseFile } from './fetch-release.js';
import { getBounded, retryAfterMs } from './http.js';
import type { Indexer, IndexerCaps, IndexerQuery } from './port.js';
import { readCaps, readFeed } from './torznab-feed.js';
import { parseXml, type XmlElement } from './torznab-xml.js';

export interface TorznabOptions {
  id: string;
  name: string;
  baseUrl: string;
  apiKey?: string;
  fetch?: typeof fetch;
  now?: () => Date;
  /** One whole answer, milliseconds. */
  timeoutMs?: number;
}

const FEED_LIMIT_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
/** Automatic searches read three pages (acquisition.md §3.1). */
const MAX_PAGES = 3;
const MAX_PAGE_SIZE = 100;
/** A limit without Retry-After rests for an hour. */
const LIMIT_WITHOUT_HEADER_MS = 3_600_000;

type Failure = Exclude<IndexerOutcome, { outcome: 'ok' }>;
type Reply = { document: XmlElement } | { failure: Failure };

/** A Torznab or Newznab feed: Prowlarr, Jackett, NZBHydra or an indexer itself. */
export function createTorznabIndexer(options: TorznabOptions): Indexer {
  const torznab = new Torznab(options);
  return {
    id: options.id,
    caps: (signal) => torznab.caps(signal),
    search: (query, signal) => torznab.search(query, signal),
    fetchRelease: (url, signal) =>
      fetchReleaseFile({ fetch: options.fetch ?? fetch, url, indexerUrl: options.baseUrl, signal }),
  };
}

class Torznab {
  readonly #options: TorznabOptions;
  #caps: IndexerCaps | undefined;

  constructor(options: TorznabOptions) {
    this.#options = options;
  }

  async caps(signal: AbortSignal): Promise<IndexerCaps> {
    if (this.#caps !== undefined) return this.#caps;
    const reply = await this.#ask({ t: 'caps' }, signal);
    if ('failure' in reply) throw asFault(reply.failure);
    const caps = readCaps(reply.document);
    if (caps === undefined) {
      throw new Fault('bad_input', `Expected a Torznab caps document, got <${reply.document.name}>`, {
        remedy: 'Check the address: it usually ends in /api',
      });
    }
    this.#caps = caps;
    return caps;
  }

  async search(query: IndexerQuery, signal: AbortSignal): Promise<IndexerOutcome> {
    const releases: Release[] = [];
    const limit = Math.min(this.#caps?.pageSize ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE);
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const reply = await this.#ask(
        { ...parameters(query), limit: String(limit), offset: String(page * limit) },
        signal,
      );
      if ('failure' in reply) return reply.failure;
      const found = readFeed(reply.document, this.#options.id);
      if (found === undefined) return formatError(`expected an RSS feed, got <${reply.document.name}>`);
      releases.push(...found);
      if (found.length < limit) break;
    }
    return { outcome: 'ok', releases: unique(releases) };
  }

  async #ask(query: Record<string, string>, signal: AbortSignal): Promise<Reply> {
    const { baseUrl, apiKey, timeoutMs = TIMEOUT_MS } = this.#options;
    const url = new URL(baseUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (apiKey !== undefined) url.searchParams.set('apikey', apiKey);
    try {
      const answer = await getBounded(this.#options.fetch ?? fetch, url, {
        maxBytes: FEED_LIMIT_BYTES,
        timeoutMs,
        signal,
      });
      return this.#read(answer);
    } catch (error) {
      if (signal.aborted) throw error;
      return { failure: { outcome: 'error', class: 'transient', detail: normalizeError(error).message } };
    }
  }

  #read(answer: Awaited<ReturnType<typeof getBounded>>): Reply {
    const refused = this.#refusal(answer.status, answer.headers);
    if (refused !== undefined) return { failure: refused };
    if (answer.tooLarge)
      return { failure: formatError(`the answer is larger than ${FEED_LIMIT_BYTES} bytes`) };
    const text = Buffer.from(answer.body).toString('utf8').trimStart();
    const type = answer.headers.get('content-type') ?? '';
    if (type.includes('text/html') || /^<(!doctype html|html)/i.test(text)) {
      const detail = 'an HTML page came instead of a feed: probably a log-in or challenge page';
      return { failure: { outcome: 'error', class: 'auth', detail } };
    }
    return this.#parse(text);
  }

  #parse(text: string): Reply {
    let document: XmlElement;
    try {
      document = parseXml(text);
    } catch (error) {
      const limited = /request limit reached/i.test(text.slice(0, 500));
      if (limited) return { failure: throttled(undefined, 'the request limit is reached') };
      return { failure: formatError(`the XML is broken: ${normalizeError(error).message.slice(0, 200)}`) };
    }
    return document.name === 'error' ? { failure: errorReply(document.attributes) } : { document };
  }

  /** The reply table of acquisition.md §2.1, as far as the HTTP status tells. */
  #refusal(status: number, headers: Headers): Failure | undefined {
    if (status >= 200 && status < 300) return undefined;
    const now = this.#options.now?.() ?? new Date();
    if (status === 429) return throttled(retryAfterMs(headers, now), 'HTTP 429: too many requests');
    if (status === 410) return { outcome: 'disabled', detail: 'HTTP 410: the indexer is disabled' };
    if (status === 401 || status === 403)
      return { outcome: 'error', class: 'auth', detail: `HTTP ${status}` };
    if (status >= 500) {
      const after = status === 503 ? retryAfterMs(headers, now) : undefined;
      if (after !== undefined) return throttled(after, 'HTTP 503 with Retry-After');
      return { outcome: 'error', class: 'transient', detail: `HTTP ${status}` };
    }
    return { outcome: 'error', class: 'config', detail: `HTTP ${status}: check the address` };
  }
}

function parameters({ mode, text, author, title, categories }: IndexerQuery): Record<string, string> {
  return {
    t: mode,
    extended: '1',
    ...(text === undefined ? {} : { q: text }),
    ...(author === undefined ? {} : { author }),
    ...(title === undefined ? {} : { title }),
    ...(categories.length === 0 ? {} : { cat: categories.join(',') }),
  };
}

/** `<error code="…" description="…"/>` with HTTP 200. */
function errorReply(attributes: Record<string, string>): Failure {
  const code = Number(attributes['code'] ?? '900');
  const detail = `error ${code}: ${(attributes['description'] ?? 'no description').slice(0, 200)}`;
  if (code === 500 || code === 501 || /limit reached/i.test(detail)) return throttled(undefined, detail);
  if (code >= 100 && code <= 199) return { outcome: 'error', class: 'auth', detail };
  if (code >= 200 && code <= 299) return { outcome: 'error', class: 'config', detail };
  if (code === 910) return { outcome: 'disabled', detail };
  return { outcome: 'error', class: 'transient', detail };
}

function throttled(afterMs: number | undefined, detail: string): Failure {
  return { outcome: 'throttled', retryAfterMs: afterMs ?? LIMIT_WITHOUT_HEADER_MS, detail };
}

function formatError(detail: string): Failure {
  return { outcome: 'error', class: 'format', detail };
}

function asFault(failure: Failure): Fault {
  if (failure.outcome === 'throttled') {
    return new Fault('throttled', failure.detail, { retryAfterMs: failure.retryAfterMs });
  }
  if (failure.outcome === 'disabled') return new Fault('gone', failure.detail);
  const remedies = {
    auth: 'Check the API key',
    config: 'Check the address',
    transient: 'Try again later',
    format: 'Check that the address is a Torznab or Newznab feed',
  };
  const kind =
    failure.class === 'auth' ? 'credentials' : failure.class === 'transient' ? 'transient' : 'bad_input';
  return new Fault(kind, failure.detail, { remedy: remedies[failure.class] });
}

function unique(releases: Release[]): Release[] {
  return [...new Map(releases.map((release) => [release.guid, release])).values()];
}
