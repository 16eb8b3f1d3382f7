import { Fault } from '../../domain/faults.js';
import { getBounded, retryAfterMs, type Answer } from './http.js';
import type { GrabFile } from './port.js';

const MAX_HOPS = 5;
const TORRENT_LIMIT_BYTES = 20 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
/** Query parameters that are keys; a foreign host never gets them. */
const KEY_PARAMETERS = ['apikey', 'api_key', 'passkey', 'token'];

/** Fetches a release's file, following redirects by hand, since one may lead to a magnet link (acquisition.md §2.1). */
export async function fetchReleaseFile(request: {
  fetch: typeof fetch;
  url: string;
  indexerUrl: string;
  signal: AbortSignal;
}): Promise<GrabFile> {
  const home = new URL(request.indexerUrl).host;
  let url = new URL(request.url, request.indexerUrl);
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    if (url.protocol === 'magnet:') return { kind: 'magnet', url: url.href };
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new Fault('release_fault', `The download link leads to ${url.protocol}, expected http or magnet`);
    }
    if (url.host !== home) for (const key of KEY_PARAMETERS) url.searchParams.delete(key);
    const answer = await getBounded(request.fetch, url, {
      maxBytes: TORRENT_LIMIT_BYTES,
      timeoutMs: TIMEOUT_MS,
      signal: request.signal,
    });
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return readFile(answer, url.host);
    url = new URL(location, url);
  }
  throw new Fault('release_fault', `The download link redirects more than ${MAX_HOPS} times`);
}

function readFile({ status, headers, body, tooLarge }: Answer, host: string): GrabFile {
  if (status === 404 || status === 410)
    throw new Fault('gone', `${host} says that the release is gone (HTTP ${status})`);
  if (status === 401 || status === 403)
    throw new Fault('credentials', `${host} refuses the download (HTTP ${status})`);
  if (status === 429) {
    throw new Fault('throttled', `${host} limits downloads (HTTP 429)`, {
      retryAfterMs: retryAfterMs(headers, new Date()) ?? 3_600_000,
    });
  }
  if (status >= 500) throw new Fault('transient', `${host} answered HTTP ${status}`);
  if (status !== 200)
    throw new Fault('release_fault', `${host} answered HTTP ${status} instead of a torrent`);
  if (tooLarge)
    throw new Fault('release_fault', `The torrent file is larger than ${TORRENT_LIMIT_BYTES} bytes`);
  const begins = Buffer.from(body.subarray(0, 512)).toString('latin1').trimStart();
  if (/^<(!doctype|html|\?xml)/i.test(begins)) {
    throw new Fault('release_fault', `${host} gave a web page instead of a torrent`);
  }
  if (!begins.startsWith('d')) throw new Fault('release_fault', `${host} gave something that is no torrent`);
  return { kind: 'torrent', bytes: body };
}
