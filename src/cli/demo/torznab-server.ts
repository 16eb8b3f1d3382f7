import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { CAPS, writeFeed } from './torznab-answers.js';
import { sendDownload, sendFault, sendXml, type DownloadFault, type TorznabFault } from './torznab-faults.js';

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
  /** ISO 8601. */
  publishedAt?: string;
  /** Further attributes, by their Torznab names: `minimumratio`, `downloadvolumefactor` … */
  attributes?: Record<string, string>;
  torrent?: Uint8Array;
  /** A usenet release: its link gives this. */
  nzb?: Uint8Array;
  /** What its download link gives instead of the torrent. */
  downloadFault?: DownloadFault;
  /** Where its download link leads by a redirect. */
  redirectTo?: string;
}

export interface TorznabRequest {
  path: string;
  /** The `t` parameter. */
  type: string | null;
  query: Record<string, string>;
}

export interface TorznabServer {
  /** The feed's address, as a person would enter it. */
  url: string;
  requests: TorznabRequest[];
  /** Bytes of endless answers that were really sent. */
  sentBytes: () => number;
  /** From the call no. `after` + 1 on, searches and caps give the fault; undefined heals. */
  setFault: (fault: TorznabFault | undefined, options?: { after?: number }) => void;
  close: () => Promise<void>;
}

export interface TorznabServerOptions {
  items: readonly TorznabItem[];
  apiKey: string;
  /** Default: text and book search. */
  caps?: string;
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  fault?: TorznabFault;
}

/** A contract server for the Torznab protocol with its faults: the demo's indexer, and the tests'. */
export async function startTorznabServer(options: TorznabServerOptions): Promise<TorznabServer> {
  const state: ServerState = { fault: options.fault, clean: 0, sent: 0 };
  const requests: TorznabRequest[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const query = Object.fromEntries(url.searchParams);
    requests.push({ path: url.pathname, type: url.searchParams.get('t'), query });
    answer({ options, state, url, request, response });
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/api`,
    requests,
    sentBytes: () => state.sent,
    setFault: (fault, { after = 0 } = {}) => {
      state.fault = fault;
      state.clean = after;
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

interface ServerState {
  fault: TorznabFault | undefined;
  /** Answers that stay clean before the fault. */
  clean: number;
  sent: number;
}

interface Exchange {
  options: TorznabServerOptions;
  state: ServerState;
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}

function answer({ options, state, url, response }: Exchange): void {
  const onSent = (bytes: number): void => {
    state.sent += bytes;
  };
  if (url.searchParams.get('apikey') !== options.apiKey) {
    sendXml(response, '<error code="100" description="Incorrect user credentials"/>');
  } else if (url.pathname.startsWith('/download/')) {
    const guid = decodeURIComponent(url.pathname.slice('/download/'.length));
    sendDownload({ item: options.items.find((item) => item.guid === guid), response, onSent });
  } else if (state.fault !== undefined && state.clean <= 0) {
    sendFault({ fault: state.fault, response, onSent });
  } else {
    state.clean -= 1;
    sendXml(
      response,
      url.searchParams.get('t') === 'caps' ? (options.caps ?? CAPS) : writeFeed({ ...options, url }),
    );
  }
}
