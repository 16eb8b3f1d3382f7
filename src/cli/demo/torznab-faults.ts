import type { ServerResponse } from 'node:http';

import type { TorznabItem } from './torznab-server.js';

/** What the whole indexer answers instead of caps or a feed (acquisition.md §2.1). */
export type TorznabFault =
  | { kind: 'limited'; retryAfter?: string }
  | { kind: 'status'; status: number; retryAfter?: string }
  | { kind: 'html' }
  | { kind: 'broken_xml' }
  | { kind: 'error'; code: number; description?: string }
  /** Any other body, with 200. */
  | { kind: 'body'; contentType: string; body: string }
  | { kind: 'redirect'; to: string }
  /** 100 MB. */
  | { kind: 'endless' }
  /** Takes the call and never answers. */
  | { kind: 'silent' }
  /** Begins an answer and cuts the connection. */
  | { kind: 'cut' };

/** What one download link gives instead of a torrent. */
export type DownloadFault =
  'html' | 'text' | 'gone' | 'limited' | 'limited_xml' | 'broken' | 'magnet' | 'endless';

type OnSent = (bytes: number) => void;

const ENDLESS_BYTES = 100 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

export function sendXml(response: ServerResponse, body: string): void {
  send(response, {
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
    type: 'application/xml; charset=utf-8',
  });
}

export function sendFault({
  fault,
  response,
  onSent,
}: {
  fault: TorznabFault;
  response: ServerResponse;
  onSent: OnSent;
}): void {
  switch (fault.kind) {
    case 'limited': {
      sendStatus(response, { status: 429, ...fault });
      return;
    }
    case 'status': {
      sendStatus(response, fault);
      return;
    }
    case 'html': {
      send(response, { body: '<html><body>One moment, please</body></html>', type: 'text/html' });
      return;
    }
    case 'broken_xml': {
      sendXml(response, '<rss><channel><item><title>cut of');
      return;
    }
    case 'error': {
      sendXml(
        response,
        `<error code="${fault.code}" description="${fault.description ?? 'told by the indexer'}"/>`,
      );
      return;
    }
    case 'body': {
      send(response, { body: fault.body, type: fault.contentType });
      return;
    }
    case 'redirect':
      response.writeHead(302, { location: fault.to }).end();
      return;
    case 'endless': {
      sendEndless(response, { begin: '<rss><channel><title>', onSent });
      return;
    }
    case 'silent':
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': 1_000 }).write('<rss>', () => response.destroy());
  }
}

export function sendDownload({
  item,
  response,
  onSent,
}: {
  item: TorznabItem | undefined;
  response: ServerResponse;
  onSent: OnSent;
}): void {
  if (item?.downloadFault !== undefined) {
    sendDownloadFault({ item, fault: item.downloadFault, response, onSent });
    return;
  }
  if (item?.redirectTo !== undefined) response.writeHead(302, { location: item.redirectTo }).end();
  else if (item?.nzb !== undefined)
    response.writeHead(200, { 'content-type': 'application/x-nzb' }).end(Buffer.from(item.nzb));
  else if (item?.torrent === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': 'application/x-bittorrent' }).end(Buffer.from(item.torrent));
}

function sendDownloadFault({
  item,
  fault,
  response,
  onSent,
}: {
  item: TorznabItem;
  fault: DownloadFault;
  response: ServerResponse;
  onSent: OnSent;
}): void {
  switch (fault) {
    case 'html': {
      send(response, {
        body: '<!DOCTYPE html><html><body>Please log in</body></html>',
        type: 'text/html',
      });
      return;
    }
    case 'text': {
      send(response, { body: 'There is nothing here.', type: 'application/x-bittorrent' });
      return;
    }
    case 'limited': {
      sendStatus(response, { status: 429, retryAfter: '30' });
      return;
    }
    case 'limited_xml': {
      sendXml(response, '<error code="501" description="Download limit reached"/>');
      return;
    }
    case 'broken': {
      sendStatus(response, { status: 502 });
      return;
    }
    case 'magnet':
      response.writeHead(301, { location: `magnet:?xt=urn:btih:${item.infoHash ?? '0'.repeat(40)}` }).end();
      return;
    case 'gone': {
      sendStatus(response, { status: 410 });
      return;
    }
    case 'endless': {
      sendEndless(response, { begin: 'd8:announce', onSent });
      return;
    }
  }
}

function send(response: ServerResponse, { body, type }: { body: string; type: string }): void {
  response.writeHead(200, { 'content-type': type }).end(body);
}

function sendStatus(
  response: ServerResponse,
  { status, retryAfter }: { status: number; retryAfter?: string },
): void {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
}

/** 100 MB, as fast as they are taken. */
function sendEndless(response: ServerResponse, { begin, onSent }: { begin: string; onSent: OnSent }): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.write(begin);
  let sent = 0;
  const more = (): void => {
    while (sent < ENDLESS_BYTES && !response.destroyed) {
      sent += CHUNK.length;
      onSent(CHUNK.length);
      if (!response.write(CHUNK)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
