import type { DirectFile } from '../../../domain/acquisition/download.js';
import { safeName, MAX_FILE_BYTES } from '../../../domain/acquisition/safe-name.js';
import { Fault } from '../../../domain/faults.js';
import type { Connection } from '../ask.js';
import { checkFileStatus } from '../fetch-release.js';
import { getFollowing } from '../follow.js';
import { formatOf } from './catalog.js';

/** Enough to see what it is; the download client fetches the rest. */
const BEGINNING_BYTES = 4_096;

/**
 * Looks at the beginning of a file: whether it is there for everybody, what it is called, how long it is. It is asked
 * for without the catalogue's user, since the client that will fetch it has none.
 * @throws Fault gone | release_fault | credentials | throttled | transient
 */
export async function lookAtFile(
  connection: Connection,
  link: string,
  signal: AbortSignal,
): Promise<DirectFile> {
  const limits = { maxBytes: BEGINNING_BYTES, timeoutMs: connection.timeoutMs, signal };
  const arrival = await getFollowing({ ...connection, homeHeaders: {} }, link, limits);
  if (arrival.kind !== 'answer') {
    const detail = arrival.kind === 'magnet' ? 'the link leads to a magnet' : arrival.detail;
    throw new Fault('release_fault', `Expected a file, but ${detail}`);
  }
  const { answer, url } = arrival;
  if (answer.status === 401) throw forUsersOnly(url);
  checkFileStatus(arrival, { expected: 'a file', now: connection.now() });
  const type = answer.headers.get('content-type') ?? '';
  const begins = new TextDecoder().decode(answer.body.subarray(0, 200)).trimStart();
  if (/^text\//i.test(type) || /^<(?:!doctype html|html)/i.test(begins)) {
    throw new Fault('release_fault', `Expected a file, ${url.host} gave ${type === '' ? 'a page' : type}`);
  }
  const sizeBytes = answer.headers.has('content-encoding')
    ? NaN
    : Number(answer.headers.get('content-length'));
  return { url: link, path: nameOf(answer.headers, url), ...(sizeBytes > 0 ? { sizeBytes } : {}) };
}

function forUsersOnly(url: URL): Fault {
  return new Fault('credentials', `${url.host} gives this file to its users only`, {
    remedy: 'Let the catalogue give its files without a user: the download client cannot sign in there',
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
