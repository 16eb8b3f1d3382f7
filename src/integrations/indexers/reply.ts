import type { IndexerOutcome } from '../../domain/acquisition/release.js';
import { Fault, normalizeError } from '../../domain/faults.js';
import { NoAnswer, type Answer } from './http.js';
import { retryAfterMs } from '../http-answer.js';
import { parseXml, type XmlElement } from './torznab-xml.js';

export type Failure = Exclude<IndexerOutcome, { outcome: 'ok' }>;
export type Reply = { document: XmlElement } | { failure: Failure };

/** A limit that names no time rests for an hour (acquisition.md §2.1). */
const LIMIT_WITHOUT_HEADER_MS = 3_600_000;

/** Reads an API answer by the table of acquisition.md §2.1: a document, or why there is none. */
export function readReply(answer: Answer, { now, limit }: { now: Date; limit: number }): Reply {
  const retryAfter = retryAfterMs(answer.headers, now);
  const refused = readStatus(answer.status, retryAfter);
  if (refused !== undefined) return { failure: refused };
  if (answer.tooLarge) return { failure: tooLarge(limit) };
  const text = decodeXml(answer).trimStart();
  if (isHtml(text, answer.headers.get('content-type') ?? '')) return { failure: htmlError() };
  return readText(text, retryAfter);
}

export function tooLarge(limit: number): Failure {
  return formatError(`the answer is larger than ${limit} bytes`);
}

/** What of the reply table the HTTP status tells; undefined for 2xx. */
export function readStatus(status: number, retryAfter: number | undefined): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 429) return throttled(retryAfter, 'HTTP 429: too many requests');
  if (status === 410) return { outcome: 'disabled', detail: 'HTTP 410: the indexer is disabled' };
  if (status === 401 || status === 403) {
    return { outcome: 'error', class: 'auth', detail: `HTTP ${status}: the indexer refuses the key` };
  }
  if (status === 503 && retryAfter !== undefined) return throttled(retryAfter, 'HTTP 503 with Retry-After');
  if (status >= 500 || status === 408)
    return { outcome: 'error', class: 'transient', detail: `HTTP ${status}` };
  return { outcome: 'error', class: 'config', detail: `HTTP ${status} instead of an answer` };
}

/** A limit's rest; what names no time rests for an hour. */
export function throttled(afterMs: number | undefined, detail: string): Failure {
  return { outcome: 'throttled', retryAfterMs: afterMs ?? LIMIT_WITHOUT_HEADER_MS, detail };
}

/** `<error code="…" description="…"/>`, which comes with HTTP 200. */
export function readErrorCode(attributes: Record<string, string>, retryAfter?: number): Failure {
  const code = Number(attributes['code'] ?? '900');
  const detail = `error ${code}: ${(attributes['description'] ?? 'no description').slice(0, 200)}`;
  if (code === 429 || code === 500 || code === 501 || isLimitText(detail))
    return throttled(retryAfter, detail);
  if (code >= 100 && code <= 199) return { outcome: 'error', class: 'auth', detail };
  if (code >= 200 && code <= 299) return { outcome: 'error', class: 'config', detail };
  if (code === 910) return { outcome: 'disabled', detail };
  return { outcome: 'error', class: 'transient', detail };
}

export function formatError(detail: string): Failure {
  return { outcome: 'error', class: 'format', detail };
}

/** A silence as an outcome. */
export function readSilence(error: NoAnswer): Failure {
  const silence = { outcome: 'error', class: 'transient', detail: error.message } as const;
  return error.unreachable ? { ...silence, unreachable: true } : silence;
}

const FAULTS_BY_CLASS = {
  auth: 'credentials',
  config: 'bad_input',
  transient: 'transient',
  format: 'bad_input',
} as const;

const REMEDIES = {
  auth: 'Check the API key',
  config: 'Check the address: it usually ends in /api',
  transient: 'Try again later',
  format: 'Check that the address is a Torznab or Newznab feed',
} as const;

/** The same as an error, for calls that have no outcome to give; with the product's own remedies. */
export function asFault(
  failure: Failure,
  remedies: Partial<Record<keyof typeof REMEDIES, string>> = {},
): Fault {
  switch (failure.outcome) {
    case 'throttled':
      return new Fault('throttled', failure.detail, { retryAfterMs: failure.retryAfterMs });
    case 'disabled':
      return new Fault('gone', failure.detail, { remedy: 'Enable the indexer where it is configured' });
    case 'error': {
      const remedy = remedies[failure.class] ?? REMEDIES[failure.class];
      return new Fault(FAULTS_BY_CLASS[failure.class], failure.detail, { remedy });
    }
  }
}

function readText(text: string, retryAfter: number | undefined): Reply {
  try {
    const document = parseXml(text);
    if (document.name === 'error') return { failure: readErrorCode(document.attributes, retryAfter) };
    return document.name.toLowerCase() === 'html' ? { failure: htmlError() } : { document };
  } catch (error) {
    if (isLimitText(text.slice(0, 500)))
      return { failure: throttled(retryAfter, 'the request limit is reached') };
    return { failure: formatError(`the XML is broken: ${normalizeError(error).message.slice(0, 200)}`) };
  }
}

function isLimitText(text: string): boolean {
  return /(?:request|api|download|grab) limit reached/i.test(text);
}

/** A log-in or challenge page comes with 200; a feed that is only labelled as HTML is still a feed. */
function isHtml(text: string, contentType: string): boolean {
  if (/^<(?:!doctype html|html|head|body)\b/i.test(text)) return true;
  return contentType.includes('text/html') && !/^<(?:\?xml|rss|caps|error)\b/i.test(text);
}

export function htmlError(): Failure {
  const detail = 'an HTML page came instead of an answer: probably a log-in or challenge page';
  return { outcome: 'error', class: 'auth', detail };
}

/** By the charset of the header, else of the XML declaration, else UTF-8. */
function decodeXml({ body, headers }: Answer): string {
  const begins = Buffer.from(body.subarray(0, 200)).toString('latin1');
  const label =
    /charset="?([\w-]+)/i.exec(headers.get('content-type') ?? '')?.[1] ??
    /^\s*<\?xml[^>]*encoding=["']([\w-]+)/i.exec(begins)?.[1];
  try {
    return new TextDecoder(label ?? 'utf-8').decode(body);
  } catch {
    // An unknown charset name: most such feeds are UTF-8 all the same.
    return new TextDecoder('utf-8').decode(body);
  }
}
