import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { z } from 'zod';

export interface ReceivedNotice {
  path: string;
  headers: IncomingMessage['headers'];
  /** As it was sent, for its signature. */
  text: string;
  body: z.output<typeof sent>;
}

/** Where the kinds have words and key. */
const sent = z.looseObject({
  id: z.string().optional(),
  sequence_id: z.string().optional(),
  title: z.string().optional(),
  body: z.string().optional(),
  message: z.string().optional(),
});

/** What goes wrong with each call until it is healed, whatever the service. */
export type SharedFault =
  /** Taken, and the connection breaks before anybody hears of it. */
  { kind: 'lost_answer' } | { kind: 'silent' };

export type NotifierFault =
  | SharedFault
  | { kind: 'status'; status: number; retryAfter?: string }
  | { kind: 'html' }
  | { kind: 'redirect' };

export interface NotifierServer<Fault = NotifierFault> {
  /** http://127.0.0.1:PORT, or another scheme */
  origin: string;
  /** What was taken, in its order. */
  received: ReceivedNotice[];
  calls: () => number;
  setFault: (fault: Fault | SharedFault | undefined) => void;
  close: () => Promise<void>;
}

interface Reply {
  status: number;
  body?: string;
}

const ntfyBody = z.looseObject({
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/),
  title: z.string().optional(),
  message: z.string().optional(),
  priority: z.int().min(1).max(5).optional(),
  tags: z.array(z.string()).optional(),
});

/** A contract server for the publishing of ntfy, by JSON to the root address. */
export function startNtfyContractServer({ token }: { token: string }): Promise<NotifierServer> {
  return startServer(({ path, headers, body, text }) => {
    if (headers.authorization !== `Bearer ${token}`) return reply(401, { code: 40101, http: 401 });
    if (path !== '/') return reply(404, { code: 40401, http: 404 });
    if (Buffer.byteLength(text) > 4_096) return reply(413, { code: 41301, http: 413 });
    const message = ntfyBody.safeParse(body);
    if (!message.success) return reply(400, { code: 40024, http: 400 });
    return reply(200, { id: 'hwQ2YpKdmg', time: 1_700_000_000, event: 'message', ...message.data });
  });
}

const appriseBody = z.looseObject({
  body: z.string().min(1),
  title: z.string().optional(),
  type: z.enum(['info', 'success', 'warning', 'failure']).optional(),
  format: z.enum(['text', 'markdown', 'html']).optional(),
});

/** A contract server for an Apprise API server with one stored configuration. */
export function startAppriseContractServer({ key }: { key: string }): Promise<NotifierServer> {
  return startServer(({ path, body }) => {
    if (!path.startsWith('/notify/')) return reply(404, { error: 'not found' });
    if (path !== `/notify/${key}`) return { status: 204 };
    if (!appriseBody.safeParse(body).success)
      return reply(400, { error: 'Payload lacks minimum requirements' });
    return reply(200, { error: null });
  });
}

/** A program of the user's own: it takes whatever comes with the right password. */
export function startWebhookServer({
  authorization,
}: { authorization?: string } = {}): Promise<NotifierServer> {
  return startServer(({ headers }) =>
    headers.authorization === authorization ? { status: 204 } : { status: 401 },
  );
}

function reply(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body) };
}

async function startServer(answer: (request: ReceivedNotice) => Reply): Promise<NotifierServer> {
  const received: ReceivedNotice[] = [];
  let fault: NotifierFault | undefined;
  let calls = 0;
  const server = createServer((incoming, response) => {
    void read(incoming).then((request) => {
      calls += 1;
      if (fault !== undefined && fault.kind !== 'lost_answer') {
        sendFault(response, fault);
        return;
      }
      const { status, body = '' } = answer(request);
      if (status < 300) received.push(request);
      if (fault === undefined) response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      else response.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    calls: () => calls,
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

async function read(incoming: IncomingMessage): Promise<ReceivedNotice> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
  const body = sent.parse(JSON.parse(text));
  return { path: pathname, headers: incoming.headers, text, body };
}

function sendFault(response: ServerResponse, fault: Exclude<NotifierFault, { kind: 'lost_answer' }>): void {
  switch (fault.kind) {
    case 'status':
      response
        .writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
        .end();
      return;
    case 'silent':
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html></html>');
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/login' }).end();
  }
}
