import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One release of the contract server's indexer. */
export interface TorznabItem {
  guid: string;
  title: string;
  category: number;
  sizeBytes: number;
  seeders: number;
  peers?: number;
  author?: string;
  bookTitle?: string;
  infoHash?: string;
  torrent?: Uint8Array;
  /** What its download link gives instead of the torrent. */
  downloadFault?: 'html' | 'gone' | 'limited' | 'magnet';
}

/** What the whole indexer answers to a search instead of a feed (acquisition.md §2.1). */
export type TorznabFault =
  | { kind: 'limited'; retryAfter?: string }
  | { kind: 'status'; status: number }
  | { kind: 'html' }
  | { kind: 'broken_xml' }
  | { kind: 'error'; code: number }
  | { kind: 'endless' }
  | { kind: 'silent' };

export interface TorznabServer {
  /** The feed's address, as a person would enter it. */
  url: string;
  requests: { path: string; type: string | null }[];
  /** Bytes of endless answers that were really sent. */
  sentBytes: () => number;
  setFault: (fault: TorznabFault | undefined) => void;
  close: () => Promise<void>;
}

const PAGE = 100;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

/** A contract server for the Torznab protocol with its faults: the demo's indexer, and the tests'. */
export async function startTorznabServer(options: {
  items: readonly TorznabItem[];
  apiKey: string;
  host?: string;
}): Promise<TorznabServer> {
  const state: { fault: TorznabFault | undefined; sent: number } = { fault: undefined, sent: 0 };
  const requests: TorznabServer['requests'] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    requests.push({ path: url.pathname, type: url.searchParams.get('t') });
    answer({ options, state, url, request, response });
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/api`,
    requests,
    sentBytes: () => state.sent,
    setFault: (fault) => {
      state.fault = fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  options: { items: readonly TorznabItem[]; apiKey: string };
  state: { fault: TorznabFault | undefined; sent: number };
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}

function answer(exchange: Exchange): void {
  const { options, state, url, response } = exchange;
  if (url.searchParams.get('apikey') !== options.apiKey) {
    sendXml(response, '<error code="100" description="Incorrect user credentials"/>');
  } else if (url.pathname.startsWith('/download/')) {
    sendDownload(exchange);
  } else if (state.fault !== undefined && url.searchParams.get('t') !== 'caps') {
    sendFault(exchange, state.fault);
  } else if (url.searchParams.get('t') === 'caps') {
    sendXml(response, CAPS);
  } else {
    sendXml(response, feed(exchange));
  }
}

const CAPS = `<caps><server title="Demo indexer"/><limits max="${PAGE}" default="${PAGE}"/>
<searching><search available="yes" supportedParams="q"/><book-search available="yes" supportedParams="q,author,title"/></searching>
<categories><category id="3000" name="Audio"><subcat id="3030" name="Audiobook"/></category><category id="2000" name="Movies"/></categories></caps>`;

function sendXml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml; charset=utf-8' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}

function feed({ options, url }: Exchange): string {
  const parameter = (name: string): string => url.searchParams.get(name) ?? '';
  const categories = parameter('cat').split(',').map(Number).filter(Boolean);
  const words =
    [parameter('q'), parameter('author'), parameter('title')]
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const found = options.items.filter((item) => {
    const text = `${item.title} ${item.author ?? ''} ${item.bookTitle ?? ''}`.toLowerCase();
    const fits = words.filter((word) => text.includes(word)).length;
    return (categories.length === 0 || categories.includes(item.category)) && fits >= words.length * 0.6;
  });
  const offset = Number(parameter('offset'));
  const page = found.slice(offset, offset + PAGE);
  const origin = `${url.protocol}//${url.host}`;
  return `<rss version="2.0" xmlns:torznab="http://torznab.com/schemas/2015/feed"><channel><title>Demo indexer</title>
${page.map((item) => feedItem(item, `${origin}/download/${encodeURIComponent(item.guid)}?apikey=${options.apiKey}`)).join('\n')}
</channel></rss>`;
}

function feedItem(item: TorznabItem, link: string): string {
  const attributes: [string, string | number | undefined][] = [
    ['category', item.category],
    ['seeders', item.seeders],
    ['peers', item.peers ?? item.seeders],
    ['infohash', item.infoHash],
    ['author', item.author],
    ['booktitle', item.bookTitle],
  ];
  const told = attributes.filter(([, value]) => value !== undefined);
  return `<item><title>${escape(item.title)}</title><guid>${escape(item.guid)}</guid><size>${item.sizeBytes}</size>
<link>${escape(link)}</link><enclosure url="${escape(link)}" length="${item.sizeBytes}" type="application/x-bittorrent"/>
${told.map(([name, value]) => `<torznab:attr name="${name}" value="${escape(String(value))}"/>`).join('')}</item>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function sendDownload({ options, url, response }: Exchange): void {
  const guid = decodeURIComponent(url.pathname.slice('/download/'.length));
  const item = options.items.find((candidate) => candidate.guid === guid);
  switch (item?.downloadFault) {
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!DOCTYPE html><html><body>Please log in</body></html>');
      return;
    case 'limited':
      response.writeHead(429, { 'retry-after': '30' }).end();
      return;
    case 'magnet':
      response.writeHead(301, { location: `magnet:?xt=urn:btih:${item.infoHash ?? '0'.repeat(40)}` }).end();
      return;
    case 'gone':
      response.writeHead(410).end();
      return;
    case undefined:
      break;
  }
  if (item?.torrent === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': 'application/x-bittorrent' }).end(Buffer.from(item.torrent));
}

function sendFault({ state, response }: Exchange, fault: TorznabFault): void {
  switch (fault.kind) {
    case 'limited':
      response
        .writeHead(429, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
        .end();
      return;
    case 'status':
      response.writeHead(fault.status).end();
      return;
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><body>One moment, please</body></html>');
      return;
    case 'broken_xml':
      sendXml(response, '<rss><channel><item><title>cut of');
      return;
    case 'error':
      sendXml(response, `<error code="${fault.code}" description="told by the indexer"/>`);
      return;
    case 'endless':
      sendEndless(state, response);
      return;
    case 'silent':
      return;
  }
}

const ENDLESS_BYTES = 100 * 1024 * 1024;

/** 100 MB, as fast as they are taken. */
function sendEndless(state: Exchange['state'], response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  const more = (): void => {
    while (state.sent < ENDLESS_BYTES && !response.destroyed) {
      state.sent += CHUNK.length;
      if (!response.write(CHUNK)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  response.write('<rss><channel><title>');
  more();
}
