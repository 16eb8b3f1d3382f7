import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ARRS, type ArrKind } from '../../src/domain/moving-in/arr.js';

export type ArrFault =
  | { kind: 'status'; status: number; retryAfter?: string }
  | { kind: 'login_page' }
  | { kind: 'silent' }
  | { kind: 'cut' };

export interface ArrServer {
  /** With its URL base. */
  url: string;
  requests: { method: string; path: string; query: URLSearchParams }[];
  setFault: (fault: ArrFault | undefined) => void;
  close: () => Promise<void>;
}

export const HIDDEN = '********';

/** One field of a provider, as the API lists them. */
export function field(name: string, value: unknown): object {
  return { order: 0, name, label: name, value, type: 'textbox', advanced: false, privacy: 'normal' };
}

/**
 * A contract server for Sonarr, Radarr, Readarr and Prowlarr: the same API under its own version, lists as given,
 * the wanted list in pages, and the API below a URL base alone.
 */
export async function startArrContractServer({
  kind,
  apiKey,
  lists,
  wanted = [],
  urlBase = '',
}: {
  kind: ArrKind;
  apiKey: string;
  lists: Record<string, unknown[]>;
  wanted?: unknown[];
  urlBase?: string;
}): Promise<ArrServer> {
  const { api, product } = ARRS[kind];
  const requests: ArrServer['requests'] = [];
  let fault: ArrFault | undefined;
  const answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
    requests.push({ method: incoming.method ?? '', path: pathname, query: searchParams });
    if (fault !== undefined) {
      sendFault(response, fault);
      return;
    }
    if (!pathname.startsWith(`${urlBase}/`)) {
      response.writeHead(307, { location: `${urlBase}${pathname}` }).end();
      return;
    }
    const path = pathname.slice(urlBase.length);
    if (!path.startsWith(`/api/${api}/`)) {
      send(response, path.startsWith('/api/') ? 404 : 200, path.startsWith('/api/') ? {} : undefined);
      return;
    }
    if (incoming.headers['x-api-key'] !== apiKey) {
      send(response, 401, { error: 'Unauthorized' });
      return;
    }
    const resource = path.slice(`/api/${api}/`.length);
    if (resource === 'system/status') send(response, 200, { appName: product, version: '4.0.1.2' });
    else if (resource === 'wanted/missing') send(response, 200, pageOf(wanted, searchParams));
    else if (lists[resource] === undefined) send(response, 404, { message: 'NotFound' });
    else send(response, 200, lists[resource]);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${urlBase}`,
    requests,
    setFault: (next) => {
      fault = next;
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

function pageOf(wanted: readonly unknown[], query: URLSearchParams): object {
  const page = Number(query.get('page') ?? 1);
  const pageSize = Number(query.get('pageSize') ?? 10);
  const records = wanted.slice((page - 1) * pageSize, page * pageSize);
  return { page, pageSize, sortKey: 'id', sortDirection: 'ascending', totalRecords: wanted.length, records };
}

const PAGE = '<!DOCTYPE html><html><body><form>Log in</form></body></html>';

/** Without a body: the page of the program, which answers every other address. */
function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined) response.writeHead(status, { 'content-type': 'text/html' }).end(PAGE);
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendFault(response: ServerResponse, fault: ArrFault): void {
  switch (fault.kind) {
    case 'status':
      response
        .writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
        .end();
      return;
    case 'login_page':
      send(response, 200, undefined);
      return;
    case 'silent':
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': 1_000 }).write('{', () => response.destroy());
  }
}
