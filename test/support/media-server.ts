import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readdir, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** What goes wrong with a media server, whichever product it is. */
export type ServerFault =
  | { kind: 'status'; status: number; retryAfter?: string }
  | { kind: 'html' }
  | { kind: 'malformed' }
  | { kind: 'wrong_shape' }
  | { kind: 'endless' }
  | { kind: 'silent' }
  | { kind: 'cut' }
  /** A page with one item too few. */
  | { kind: 'short_page' }
  /** An empty page in the middle of the list. */
  | { kind: 'empty_page' }
  /** Another total from the second page on. */
  | { kind: 'total_changes' };

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface Reply {
  status?: number;
  body?: unknown;
  /** Written as it is. */
  text?: string;
  contentType?: string;
}

export interface MediaServer {
  url: string;
  calls: Call[];
  /** The fault begins with the call after `after` more ones that match `at`. */
  setFault: (fault: ServerFault | undefined, options?: { after?: number; at?: RegExp }) => void;
  close: () => Promise<void>;
}

/** HTTP of a contract server: counts calls, stages faults, answers by `answer`. */
export async function startMediaServer(
  answer: (call: Call, page: <Item>(list: PageOf<Item>) => PageOf<Item>) => Promise<Reply>,
): Promise<MediaServer> {
  const calls: Call[] = [];
  let fault: { fault: ServerFault; after: number; at: RegExp } | undefined;
  const due = (call: Call): ServerFault | undefined => {
    if (fault?.at.test(call.path) !== true) return undefined;
    fault.after -= 1;
    return fault.after < 0 ? fault.fault : undefined;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const call = await readCall(request);
      calls.push(call);
      const now = due(call);
      if (now !== undefined && breaks(now, response)) return;
      write(response, await answer(call, (list) => bend(list, now)));
    })().catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    setFault: (next, { after = 0, at = /./ } = {}) => {
      fault = next === undefined ? undefined : { fault: next, after, at };
    },
    close: () => close(server),
  };
}

export interface PageOf<Item> {
  items: Item[];
  total: number;
}

function bend<Item>(list: PageOf<Item>, fault: ServerFault | undefined): PageOf<Item> {
  if (fault?.kind === 'short_page') return { ...list, items: list.items.slice(0, -1) };
  if (fault?.kind === 'empty_page') return { ...list, items: [] };
  if (fault?.kind === 'total_changes') return { ...list, total: list.total - 1 };
  return list;
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://server');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

/** True when the fault has answered, or never will. */
function breaks(fault: ServerFault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case 'status': {
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      response.writeHead(fault.status, headers).end('no');
      return true;
    }
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html>Log in</html>');
      return true;
    case 'malformed':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"half": ');
      return true;
    case 'wrong_shape':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello": "world"}');
      return true;
    case 'endless':
      flood(response);
      return true;
    case 'silent':
      return true;
    case 'cut':
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"MediaContainer":', () => response.destroy());
      return true;
    case 'short_page':
    case 'empty_page':
    case 'total_changes':
      return false;
  }
}

function flood(response: ServerResponse): void {
  const block = Buffer.alloc(65_536, 'x');
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', more);
  response.on('error', () => undefined);
  more();
}

function write(response: ServerResponse, { status = 200, body, text, contentType }: Reply): void {
  const told = text ?? (body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, { 'content-type': contentType ?? 'application/json' }).end(told);
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  server.closeAllConnections();
  await closed;
}

export interface DiskFile {
  /** Absolute. */
  path: string;
  name: string;
  /** Relative to the folder that was read. */
  relative: string;
  size: number;
  inode: number;
}

/** Really reads the disk: all files below a folder but hidden ones, which media servers pass over. */
export async function readFiles(folder: string, below = ''): Promise<DiskFile[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
  const files: DiskFile[] = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const relative = path.posix.join(below, entry.name);
    if (entry.isDirectory()) files.push(...(await readFiles(folder, relative)));
    else if (entry.isFile()) {
      const { size, ino } = await stat(path.join(folder, relative));
      files.push({ path: path.join(folder, relative), name: entry.name, relative, size, inode: ino });
    }
  }
  return files;
}

export function isSound({ name }: DiskFile): boolean {
  return /\.(m4b|mp3|m4a|flac|ogg|opus)$/i.test(name);
}

/** By the folder that holds them, relative to what was read. */
export function byFolder(files: readonly DiskFile[]): Map<string, DiskFile[]> {
  const folders = new Map<string, DiskFile[]>();
  for (const file of files) {
    const folder = path.posix.dirname(file.relative);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

/** Scans as a server runs them: one after the other, each held while the test says so. */
export class Scans {
  #running = 0;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;
  #last: Promise<void> = Promise.resolve();

  get running(): boolean {
    return this.#running > 0;
  }

  /** Until `release` no scan goes on. */
  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  release(): void {
    this.#open();
    this.#gate = Promise.resolve();
  }

  begin(scan: () => Promise<void>): void {
    this.#running += 1;
    const gate = this.#gate;
    this.#last = this.#last
      .then(() => gate)
      .then(scan)
      .finally(() => {
        this.#running -= 1;
      });
  }

  async settled(): Promise<void> {
    await this.#last;
  }
}
