import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ContractDownloadFault, ContractFault } from '../integrations/indexers/contract.js';

export interface SourceReply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface SourceRequest {
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
}

/** How one product answers; the faults that all have in common are the server's. */
export interface SourceProduct {
  /** What an answer is written in: `application/json` and the like. */
  contentType: string;
  /** A document that is well-formed and of another kind. */
  otherDocument: string;
  /** How a refused key looks. */
  refused: SourceReply;
  /** Which calls an API fault meets: downloads have faults of their own. */
  isApi: (path: string) => boolean;
  answer: (request: SourceRequest, origin: string) => SourceReply | ContractDownloadFault;
}

export interface SourceServer {
  origin: string;
  requests: SourceRequest[];
  /** From API call no. `after` + 1 on; undefined heals. */
  setFault: (fault: ContractFault | undefined, options?: { after?: number }) => void;
  sentBytes: () => number;
  close: () => Promise<void>;
}

const ENDLESS_BYTES = 100 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

/** The common part of the contract servers of this folder: listens, records, and stages faults. */
export async function startSourceServer(product: SourceProduct): Promise<SourceServer> {
  const state = { fault: undefined as ContractFault | undefined, clean: 0, sent: 0 };
  const requests: SourceRequest[] = [];
  const onSent = (bytes: number): void => {
    state.sent += bytes;
  };
  const server = createServer((incoming, response) => {
    const origin = `http://${incoming.headers.host ?? 'localhost'}`;
    const url = new URL(incoming.url ?? '/', origin);
    const request = { path: url.pathname, query: url.searchParams, headers: incoming.headers };
    requests.push(request);
    if (state.fault !== undefined && product.isApi(url.pathname) && state.clean-- <= 0) {
      sendFault(response, { fault: state.fault, product, onSent });
      return;
    }
    const reply = product.answer(request, origin);
    if (typeof reply === 'string') sendDownloadFault(response, { fault: reply, onSent });
    else send(response, reply, product.contentType);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    setFault: (fault, { after = 0 } = {}) => {
      state.fault = fault;
      state.clean = after;
    },
    sentBytes: () => state.sent,
    close: () => closeServer(server),
  };
}

export function json(value: unknown, status = 200): SourceReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body = '' }: SourceReply,
  contentType: string,
): void {
  response.writeHead(status, { 'content-type': contentType, ...headers }).end(body);
}

function sendFault(
  response: ServerResponse,
  { fault, product, onSent }: { fault: ContractFault; product: SourceProduct; onSent: (n: number) => void },
): void {
  const { contentType } = product;
  switch (fault.kind) {
    case 'limited': {
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      send(response, { status: 429, headers }, contentType);
      return;
    }
    case 'status':
      send(response, { status: fault.status }, contentType);
      return;
    case 'key_refused':
      send(response, product.refused, contentType);
      return;
    case 'html':
      send(response, { body: '<!DOCTYPE html><html><body>One moment, please</body></html>' }, 'text/html');
      return;
    case 'malformed':
      send(
        response,
        { body: contentType.includes('json') ? '{"cut of' : '<feed><entry><title>cut' },
        contentType,
      );
      return;
    case 'wrong_document':
      send(response, { body: product.otherDocument }, contentType);
      return;
    case 'huge':
      sendEndless(response, contentType, onSent);
      return;
    case 'silent':
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': 1_000 }).write('{', () => response.destroy());
  }
}

function sendDownloadFault(
  response: ServerResponse,
  { fault, onSent }: { fault: ContractDownloadFault; onSent: (n: number) => void },
): void {
  switch (fault) {
    case 'html':
      send(response, { body: '<!DOCTYPE html><html><body>Please log in</body></html>' }, 'text/html');
      return;
    case 'text':
      send(response, { body: 'There is nothing here.' }, 'text/plain');
      return;
    case 'gone':
      send(response, { status: 410 }, 'text/plain');
      return;
    case 'limited':
      send(response, { status: 429, headers: { 'retry-after': '30' } }, 'text/plain');
      return;
    case 'broken':
      send(response, { status: 502 }, 'text/plain');
      return;
    case 'magnet':
      response.writeHead(301, { location: `magnet:?xt=urn:btih:${'b'.repeat(40)}` }).end();
      return;
    case 'endless':
      sendEndless(response, 'application/octet-stream', onSent);
  }
}

/** 100 MB, as fast as they are taken. */
function sendEndless(response: ServerResponse, contentType: string, onSent: (bytes: number) => void): void {
  response.writeHead(200, { 'content-type': contentType });
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

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
