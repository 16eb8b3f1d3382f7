import { Fault } from '../../domain/faults.js';
import { getFollowing, type FollowOptions } from './follow.js';
import { retryAfterMs, type Answer } from './http.js';
import type { GrabFile } from './port.js';
import { asFault, readErrorCode } from './reply.js';
import { parseTorrentFile } from './torrent-file.js';
import { parseXml } from './torznab-xml.js';

const TORRENT_LIMIT_BYTES = 20 * 1024 * 1024;
/** A download limit that names no time rests for an hour. */
const LIMIT_WITHOUT_HEADER_MS = 3_600_000;

/**
 * Fetches a release's file and proves that it is a torrent before anybody is told of it (acquisition.md §3.8).
 * @throws Fault gone | release_fault | throttled | credentials | transient; see port.ts.
 */
export async function fetchReleaseFile(
  options: FollowOptions & { timeoutMs: number; now: () => Date },
  link: string,
  signal: AbortSignal,
): Promise<GrabFile> {
  const limits = { maxBytes: TORRENT_LIMIT_BYTES, timeoutMs: options.timeoutMs, signal };
  const arrival = await getFollowing(options, link, limits);
  switch (arrival.kind) {
    case 'magnet':
      return { kind: 'magnet', url: arrival.url };
    case 'astray':
      throw new Fault('release_fault', `Expected a torrent, but ${arrival.detail}`);
    case 'answer':
      checkStatus(arrival, options.now());
      await checkTorrent(arrival);
      return { kind: 'torrent', bytes: arrival.answer.body };
  }
}

interface Arrived {
  answer: Answer;
  host: string;
}

/** Only what speaks of the release itself may blame it: an outage or a limit says nothing about it. */
function checkStatus({ answer: { status, headers }, host }: Arrived, now: Date): void {
  if (status >= 200 && status < 300) return;
  const came = `${host} answered HTTP ${status} instead of a torrent`;
  const retryAfter = retryAfterMs(headers, now);
  if (status === 404 || status === 410) throw new Fault('gone', came);
  if (status === 401 || status === 403) throw new Fault('credentials', came, { remedy: 'Check the API key' });
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    throw new Fault('throttled', came, { retryAfterMs: retryAfter ?? LIMIT_WITHOUT_HEADER_MS });
  }
  if (status >= 500 || status === 408) throw new Fault('transient', came);
  throw new Fault('release_fault', came);
}

async function checkTorrent({ answer: { body, tooLarge }, host }: Arrived): Promise<void> {
  if (tooLarge) {
    throw new Fault(
      'release_fault',
      `Expected a torrent of at most ${TORRENT_LIMIT_BYTES} bytes, ${host} sent more`,
    );
  }
  const begins = Buffer.from(body.subarray(0, 512)).toString('latin1').trimStart();
  if (/^<\?xml|^<error/i.test(begins)) throw readErrorDocument(body, host);
  if (begins.startsWith('<'))
    throw new Fault('release_fault', `${host} gave a web page instead of a torrent`);
  await parseTorrentFile(body);
}

/** A spent download limit or a refused key comes as XML with 200 and is not the release's fault. */
function readErrorDocument(body: Uint8Array, host: string): Fault {
  const other = new Fault('release_fault', `${host} gave an XML document instead of a torrent`);
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
