import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How a file is served; each fault can be set and taken back while clients are connected. */
export interface ServedFile {
  bytes: Buffer;
  /** Answers this instead: 404, 410, 429, 503 … */
  status?: number;
  /** Told with `status`, seconds. */
  retryAfter?: number;
  bytesPerSecond?: number;
  /** The connection breaks after so many bytes of one answer. */
  cutAfter?: number;
  /** Sends other bytes than it has, as many of them. */
  wrongBytes?: boolean;
  /** Given only to who sends this; 401 to others. */
  authorization?: string;
  /** Knows no HEAD, as some servers do: 405. */
  refusesHead?: boolean;
}

export interface SeenRequest {
  method: string;
  path: string;
  range: string | undefined;
  /** Of the body, as far as it was handed to the connection. */
  sentBytes: number;
}

/** Plain files over HTTP, with what goes wrong at real servers. */
export interface FileServer {
  url: (path: string) => string;
  files: Map<string, ServedFile>;
  requests: SeenRequest[];
  /** The most connections that were sending a body at once. */
  mostAtOnce: () => number;
  close: () => Promise<void>;
}

const CHUNK_BYTES = 16 * 1024;

export async function startFileServer(): Promise<FileServer> {
  const files = new Map<string, ServedFile>();
  const requests: SeenRequest[] = [];
  const load = { now: 0, most: 0 };
  const server = createServer((request, response) => {
    void serve({ files, requests, load }, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}/${path}`,
    files,
    requests,
    mostAtOnce: () => load.most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Serving {
  files: Map<string, ServedFile>;
  requests: SeenRequest[];
  load: { now: number; most: number };
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURI((request.url ?? '/').slice(1));
  const method = request.method ?? 'GET';
  const seen: SeenRequest = { method, path, range: request.headers.range, sentBytes: 0 };
  serving.requests.push(seen);
  const file = serving.files.get(path);
  const isRefused = file?.authorization !== undefined && file.authorization !== request.headers.authorization;
  const status = isRefused
    ? 401
    : method === 'HEAD' && file?.refusesHead === true
      ? 405
      : (file?.status ?? 200);
  if (file === undefined || status !== 200) {
    const retry = file?.retryAfter === undefined ? {} : { 'retry-after': String(file.retryAfter) };
    response.writeHead(file === undefined ? 404 : status, { 'content-length': '0', ...retry }).end();
    return;
  }
  const part = partOf(file.bytes.length, request.headers.range);
  response.writeHead(...headOf(file, part));
  if (method === 'HEAD') {
    response.end();
    return;
  }
  serving.load.now += 1;
  serving.load.most = Math.max(serving.load.most, serving.load.now);
  await sendBody({ file, part, seen, response }).finally(() => (serving.load.now -= 1));
}

interface Part {
  from: number;
  to: number;
  isRange: boolean;
}

/** `bytes=FROM-` and `bytes=FROM-TO`, which is all that download clients ask for. */
function partOf(length: number, range: string | undefined): Part {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { from: 0, to: length, isRange: false };
  return { from: Number(from), to: to === '' || to === undefined ? length : Number(to) + 1, isRange: true };
}

function headOf(file: ServedFile, { from, to, isRange }: Part): [number, Record<string, string>] {
  const headers = { 'accept-ranges': 'bytes', 'content-length': String(to - from) };
  if (!isRange) return [200, headers];
  return [206, { ...headers, 'content-range': `bytes ${from}-${to - 1}/${file.bytes.length}` }];
}

/** Rate and faults are looked at anew for each chunk, so that a test can change them on the way. */
async function sendBody(sending: {
  file: ServedFile;
  part: Part;
  seen: SeenRequest;
  response: ServerResponse;
}): Promise<void> {
  const { file, part, seen, response } = sending;
  for (let at = part.from; at < part.to && !response.destroyed;) {
    if (file.cutAfter !== undefined && at - part.from >= file.cutAfter) {
      response.destroy();
      return;
    }
    const chunk = Buffer.from(file.bytes.subarray(at, Math.min(at + CHUNK_BYTES, part.to)));
    if (file.wrongBytes === true) chunk.fill('wrong ');
    await written(response, chunk);
    at += chunk.length;
    seen.sentBytes += chunk.length;
    if (file.bytesPerSecond !== undefined) await delay((1_000 * chunk.length) / file.bytesPerSecond);
  }
  response.end();
}

function written(response: ServerResponse, chunk: Buffer): Promise<void> {
  if (response.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
