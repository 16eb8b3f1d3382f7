import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export type Handler = (request: ReceivedRequest, response: ServerResponse) => void;

/** Speaks the API's contract (docs/openapi.json) over real HTTP; each test says what is answered. */
export interface ContractServer {
  url: string;
  /** Everything received, in order. */
  requests: ReceivedRequest[];
  /** @param route such as `GET /api/jobs/:id`, without the query. */
  on: (route: string, handler: Handler) => void;
  /** Answers JSON. */
  answer: (route: string, body: unknown, status?: number) => void;
  /** Cuts every open connection, as a crash does; new ones are answered again. */
  cut: () => void;
  close: () => Promise<void>;
}

export async function startContractServer({ port = 0 }: { port?: number } = {}): Promise<ContractServer> {
  const routes = new Map<string, Handler>();
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    void receive(request).then((received) => {
      requests.push(received);
      const handler = find(routes, received) ?? notFound;
      handler(received, response);
    });
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    on: (route, handler) => routes.set(route, handler),
    answer: (route, body, status = 200) =>
      routes.set(route, (_request, response) => {
        sendJson(response, status, body);
      }),
    cut: () => {
      server.closeAllConnections();
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

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

/** Begins an event stream, and returns what writes an event into it. */
export function openStream(
  response: ServerResponse,
): (event: { id: string; event: string; data: unknown }) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return ({ id, event, data }) => {
    response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
}

/** An RFC 9457 document as the API writes it. */
export function problem(
  status: number,
  told: { title: string; detail: string; [member: string]: unknown },
): unknown {
  return { type: '/docs#problem', status, instance: '/api', ...told };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

/** A fixed path wins over one with `:id`. */
function find(routes: Map<string, Handler>, { method, path }: ReceivedRequest): Handler | undefined {
  const wanted = [method, ...(path.split('?')[0] ?? '').split('/')];
  const matches = [...routes].filter(([route]) => {
    const parts = route.replace(' ', '/').replace('//', '/').split('/');
    const given = [method, ...wanted.slice(2)];
    return (
      parts.length === given.length && parts.every((part, at) => part.startsWith(':') || part === given[at])
    );
  });
  return matches.toSorted(
    ([one], [other]) => Number(one.includes(':')) - Number(other.includes(':')),
  )[0]?.[1];
}

function notFound(request: ReceivedRequest, response: ServerResponse): void {
  const detail = `There is no ${request.method} ${request.path}`;
  sendJson(response, 404, problem(404, { title: 'Not found', detail, kind: 'gone' }));
}
