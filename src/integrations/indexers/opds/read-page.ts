import { parseJson } from '../../../domain/parse-json.js';
import { API_LIMIT_BYTES, ask, hideKey, type Connection } from '../ask.js';
import { formatError, readReply, readStatus, tooLarge, type Failure } from '../reply.js';
import { retryAfterMs } from '../../http-answer.js';
import { readAtom, readDescription } from './atom.js';
import type { CatalogPage, SearchLink } from './catalog.js';
import { readJsonFeed } from './json.js';
import { fillTemplate } from './template.js';

/** One page of a catalogue, whichever of the two forms it comes in. */
export async function readCatalogPage(
  connection: Connection,
  url: URL,
  signal: AbortSignal,
): Promise<CatalogPage | { failure: Failure }> {
  const arrived = await ask(connection, url, signal);
  if ('failure' in arrived) return { failure: hideKey(arrived.failure, connection) };
  const { answer } = arrived;
  const page = isJson(answer.headers, answer.body)
    ? readJsonAnswer(arrived, connection)
    : readXmlAnswer(arrived, connection);
  return 'failure' in page ? { failure: hideKey(page.failure, connection) } : page;
}

type Arrived = Exclude<Awaited<ReturnType<typeof ask>>, { failure: Failure }>;

function isJson(headers: Headers, body: Uint8Array): boolean {
  return (headers.get('content-type') ?? '').includes('json') || body[0] === '{'.charCodeAt(0);
}

function readJsonAnswer({ answer, url }: Arrived, { now }: Connection): CatalogPage | { failure: Failure } {
  const refused = readStatus(answer.status, retryAfterMs(answer.headers, now()));
  if (refused !== undefined) return { failure: refused };
  if (answer.tooLarge) return { failure: tooLarge(API_LIMIT_BYTES) };
  const json = parseJson(new TextDecoder().decode(answer.body));
  if (json === undefined) return { failure: formatError('the JSON is broken') };
  return readJsonFeed(json, url) ?? { failure: formatError('expected a feed of OPDS 2.0, got other JSON') };
}

function readXmlAnswer({ answer, url }: Arrived, { now }: Connection): CatalogPage | { failure: Failure } {
  const reply = readReply(answer, { now: now(), limit: API_LIMIT_BYTES });
  if ('failure' in reply) return reply;
  const { document } = reply;
  return (
    readAtom(document, url) ?? { failure: formatError(`expected a feed of OPDS, got <${document.name}>`) }
  );
}

/** Where to search for these words, by the template or by the description that holds it. */
export async function searchAddress(
  connection: Connection,
  { search, terms }: { search: SearchLink; terms: string },
  signal: AbortSignal,
): Promise<URL | { failure: Failure }> {
  const { kind, href, base } = search;
  if (kind === 'template') return fillTemplate(href, { terms, base }) ?? { failure: NO_PLACE };
  const arrived = await ask(connection, new URL(href, base), signal);
  if ('failure' in arrived) return { failure: hideKey(arrived.failure, connection) };
  const reply = readReply(arrived.answer, { now: connection.now(), limit: API_LIMIT_BYTES });
  if ('failure' in reply) return { failure: hideKey(reply.failure, connection) };
  const template = readDescription(reply.document);
  if (template === undefined) return { failure: formatError('the search description holds no address') };
  return fillTemplate(template, { terms, base: arrived.url }) ?? { failure: NO_PLACE };
}

const NO_PLACE: Failure = formatError('the search address has no place for words');
