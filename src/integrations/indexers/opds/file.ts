import type { DirectFile } from '../../../domain/acquisition/download.js';
import { safeName, MAX_FILE_BYTES } from '../../../domain/acquisition/safe-name.js';
import { Fault } from '../../../domain/faults.js';
import type { Arrived } from '../ask.js';
import type { SourceConnection } from '../direct-source.js';
import { checkFileStatus } from '../fetch-release.js';
import { getFollowing, isHome } from '../follow.js';
import type { BodyLimit } from '../http.js';
import { formatOf } from './catalog.js';

/** Enough to see what it is; the download client fetches the rest. */
const BEGINNING_BYTES = 4_096;

/**
 * Looks at the beginning of a file: whether it is there, what it is called, how long it is.
 * @throws Fault gone | release_fault | credentials | throttled | transient
 */
export async function lookAtFile(
  connection: SourceConnection,
  link: string,
  signal: AbortSignal,
): Promise<DirectFile> {
  const limits = { maxBytes: BEGINNING_BYTES, timeoutMs: connection.timeoutMs, signal };
  const { answer, url } = await reachFile(connection, link, limits);
  const sizeBytes = answer.headers.has('content-encoding')
    ? NaN
    : Number(answer.headers.get('content-length'));
  return { url: link, path: nameOf(answer.headers, url), ...(sizeBytes > 0 ? { sizeBytes } : {}) };
}

/** Follows a link to what is a file. @throws as lookAtFile */
export async function reachFile(
  connection: SourceConnection,
  link: string,
  limits: BodyLimit & { signal: AbortSignal },
): Promise<Arrived> {
  const arrival = await getFollowing(connection, link, limits);
  if (arrival.kind !== 'answer') {
    const detail = arrival.kind === 'magnet' ? 'the link leads to a magnet' : arrival.detail;
    throw new Fault('release_fault', `Expected a file, but ${detail}`);
  }
  const { answer, url } = arrival;
  if (answer.status === 401 || answer.status === 403) throw notForUs(connection, arrival);
  checkFileStatus(arrival, { expected: 'a file', now: connection.now() });
  const type = answer.headers.get('content-type') ?? '';
  const begins = new TextDecoder().decode(answer.body.subarray(0, 200)).trimStart();
  if (/^text\//i.test(type) || /^<(?:!doctype html|html)/i.test(begins)) {
    throw new Fault('release_fault', `Expected a file, ${url.host} gave ${type === '' ? 'a page' : type}`);
  }
  return arrival;
}

/** Our user is the catalogue's; of another host's users there is none to enter. */
function notForUs({ home, name, hasUser }: SourceConnection, { answer: { status }, url }: Arrived): Fault {
  if (!isHome(url, home)) {
    return new Fault('release_fault', `The catalogue "${name}" links to ${url.host}: HTTP ${status} for us`);
  }
  const came = `HTTP ${status} from ${url.host}`;
  if (!hasUser) {
    return new Fault('credentials', `The catalogue "${name}" gives this file to its users only: ${came}`, {
      remedy: `Enter a user of the catalogue and its password as username and secret of the indexer "${name}"`,
    });
  }
  return new Fault('credentials', `The catalogue "${name}" refuses its user this file: ${came}`, {
    remedy: `Enter username and secret (the user’s password) of the indexer "${name}" anew, or let the user download there`,
  });
}

/** By what the server calls it, else by its address; with the ending of its type. */
function nameOf(headers: Headers, url: URL): string {
  const disposition = headers.get('content-disposition') ?? '';
  const encoded = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const told = /filename\s*=\s*"?([^";]+)/i.exec(disposition)?.[1];
  const last = url.pathname.split('/').findLast((part) => part !== '');
  const name = safeName(decode(encoded ?? told ?? last ?? ''), MAX_FILE_BYTES);
  const extension = formatOf(headers.get('content-type') ?? undefined)?.extension;
  const base = name === '' ? 'book' : name;
  return extension === undefined || /\.[a-z0-9]{2,5}$/i.test(base) ? base : `${base}.${extension}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
