import { Fault } from '../../domain/faults.js';
import type { KeyGuard } from './api-key.js';
import { getFollowing, type FollowOptions } from './follow.js';
import { type Answer } from './http.js';
import { retryAfterMs } from '../http-answer.js';
import { parseNzbFile } from './nzb-file.js';
import type { GrabFile } from './port.js';
import { asFault, readErrorCode } from './reply.js';
import { parseTorrentFile } from './torrent-file.js';
import { parseXml } from './torznab-xml.js';

/** What a link is expected to give; it may give the other all the same. Times are those of acquisition.md §3.1. */
const FILES = {
  torrent: { name: 'a torrent', timeoutMs: 60_000, maxBytes: 20 * 1024 * 1024 },
  usenet: { name: 'an NZB', timeoutMs: 30_000, maxBytes: 32 * 1024 * 1024 },
  either: { name: 'a torrent or an NZB', timeoutMs: 60_000, maxBytes: 32 * 1024 * 1024 },
} as const;

/** A download limit that names no time rests for an hour. */
const LIMIT_WITHOUT_HEADER_MS = 3_600_000;

export interface FetchOptions extends FollowOptions {
  expects: keyof typeof FILES;
  /** For tests; default by what is expected. */
  timeoutMs?: number | undefined;
  now: () => Date;
}

/**
 * Fetches a release's file and proves that it is a torrent or an NZB before anybody is told of it (§3.8).
 * @throws Fault gone | release_fault | throttled | credentials | transient; see port.ts.
 */
export async function fetchReleaseFile(
  options: FetchOptions,
  link: string,
  signal: AbortSignal,
): Promise<GrabFile> {
  const expected = FILES[options.expects];
  const { maxBytes } = expected;
  const limits = { maxBytes, timeoutMs: options.timeoutMs ?? expected.timeoutMs, signal };
  const arrival = await getFollowing(options, link, limits);
  switch (arrival.kind) {
    case 'magnet':
      return { kind: 'magnet', url: arrival.url };
    case 'astray':
      throw new Fault('release_fault', `Expected ${expected.name}, but ${arrival.detail}`);
    case 'answer':
      checkFileStatus(arrival, { expected: expected.name, now: options.now() });
      return checkFile(arrival, expected).catch((error: unknown) => {
        throw withoutKey(error, options.guard);
      });
  }
}

/** What an answer holds may repeat the key; then its own words and causes stay out. */
function withoutKey(error: unknown, guard: KeyGuard): unknown {
  if (!(error instanceof Fault)) return error;
  const { kind, message, remedy, retryAfterMs: afterMs } = error;
  const hidden = guard.hide(message);
  if (hidden === message) return error;
  return new Fault(kind, hidden, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
  });
}

interface Arrived {
  answer: Answer;
  url: URL;
}

/** Only what speaks of the release itself may blame it: an outage or a limit says nothing about it. */
export function checkFileStatus(
  { answer: { status, headers }, url: { host } }: Arrived,
  { expected, now }: { expected: string; now: Date },
): void {
  if (status >= 200 && status < 300) return;
  const came = `${host} answered HTTP ${status} instead of ${expected}`;
  const retryAfter = retryAfterMs(headers, now);
  if (status === 404 || status === 410) throw new Fault('gone', came);
  if (status === 401 || status === 403) throw new Fault('credentials', came, { remedy: 'Check the API key' });
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    throw new Fault('throttled', came, { retryAfterMs: retryAfter ?? LIMIT_WITHOUT_HEADER_MS });
  }
  if (status >= 500 || status === 408) throw new Fault('transient', came);
  throw new Fault('release_fault', came);
}

async function checkFile(
  { answer: { body, tooLarge }, url: { host } }: Arrived,
  { name, maxBytes }: { name: string; maxBytes: number },
): Promise<GrabFile> {
  if (tooLarge) {
    throw new Fault('release_fault', `Expected ${name} of at most ${maxBytes} bytes, ${host} sent more`);
  }
  const begins = beginningOf(body);
  if (isPacked(body) || /<nzb\b/i.test(begins))
    return { kind: 'nzb', bytes: (await parseNzbFile(body)).bytes };
  if (/^<(?:\?xml|error)\b/i.test(begins)) throw readErrorDocument(body, { host, expected: name });
  if (begins.startsWith('<')) throw new Fault('release_fault', `${host} gave a web page instead of ${name}`);
  await parseTorrentFile(body);
  return { kind: 'torrent', bytes: body };
}

/** By gzip, as some serve an NZB. */
function isPacked(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function beginningOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 2_000)).trimStart();
}

/** A spent download limit or a refused key comes as XML with 200 and is not the release's fault. */
function readErrorDocument(body: Uint8Array, { host, expected }: { host: string; expected: string }): Fault {
  const other = new Fault('release_fault', `${host} gave an XML document instead of ${expected}`);
  if (body.length > 64 * 1024) return other;
  try {
    const document = parseXml(Buffer.from(body).toString('utf8').trimStart());
    if (document.name !== 'error') return other;
    const failure = readErrorCode(document.attributes);
    const blamesUs = failure.outcome !== 'error' || failure.class === 'auth' || failure.class === 'transient';
    return blamesUs ? asFault(failure) : other;
  } catch {
    return other;
  }
}
