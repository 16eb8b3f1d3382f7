import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHttpClient } from '../../../src/cli/http-client.js';
import { followEvents } from '../../../src/cli/watch/follow-events.js';
import {
  openStream,
  problem,
  sendJson,
  startContractServer,
  type ContractServer,
} from '../contract-server.js';

let server: ContractServer;
let controller: AbortController;

beforeEach(async () => {
  server = await startContractServer();
  controller = new AbortController();
});

afterEach(async () => {
  controller.abort();
  await server.close();
});

function follow(told: string[] = []): ReturnType<typeof followEvents> {
  return followEvents(createHttpClient({ baseUrl: server.url, token: undefined }), {
    path: '/api/events',
    signal: controller.signal,
    onLost: () => told.push('lost'),
    onBack: () => told.push('back'),
    pauseMs: () => 1,
  });
}

describe('followEvents', () => {
  it('goes on after the last event when the connection is cut, and tells each event once', async () => {
    const resumed: unknown[] = [];
    server.on('GET /api/events', ({ headers }, response) => {
      const from = Number(headers['last-event-id'] ?? 0);
      resumed.push(headers['last-event-id']);
      openStream(response)({ id: String(from + 1), event: 'job', data: { number: from + 1 } });
    });
    const told: string[] = [];
    const seen: string[] = [];
    for await (const event of follow(told)) {
      seen.push(event.id);
      if (seen.length === 3) break;
      server.cut();
    }
    expect(seen).toEqual(['1', '2', '3']);
    expect(resumed).toEqual([undefined, '1', '2']);
    expect(told).toEqual(['lost', 'back', 'lost', 'back']);
  });

  it('waits through a restart: refused connections and 503 are asked again', async () => {
    const port = Number(new URL(server.url).port);
    server.on('GET /api/events', (_request, response) => {
      openStream(response)({ id: '1', event: 'snapshot', data: {} });
    });
    const events = follow();
    await events.next();
    await server.close();
    const next = events.next();
    server = await startContractServer({ port });
    let asked = 0;
    server.on('GET /api/events', ({ headers }, response) => {
      asked += 1;
      if (asked === 1) sendJson(response, 503, problem(503, { title: 'Away', detail: 'Postgres is away' }));
      else openStream(response)({ id: '2', event: 'job', data: { after: headers['last-event-id'] } });
    });
    await expect(next).resolves.toMatchObject({ value: { id: '2', data: '{"after":"1"}' } });
    expect(asked).toBe(2);
  });

  it('fails at once when the first connection is refused', async () => {
    await server.close();
    await expect(follow().next()).rejects.toMatchObject({ kind: 'environment' });
    server = await startContractServer();
  });

  it('fails when a log-in ends while it follows', async () => {
    server.on('GET /api/events', (_request, response) => {
      openStream(response)({ id: '1', event: 'snapshot', data: {} });
    });
    const events = follow();
    await events.next();
    server.answer('GET /api/events', problem(401, { title: 'Not logged in', detail: 'revoked' }), 401);
    const next = events.next();
    server.cut();
    await expect(next).rejects.toMatchObject({ problem: { status: 401 } });
  });

  it('ends when it is aborted, while it reads and while it waits', async () => {
    server.on('GET /api/events', (_request, response) => {
      openStream(response)({ id: '1', event: 'snapshot', data: {} });
    });
    const events = follow();
    await events.next();
    const next = events.next();
    controller.abort();
    await expect(next).resolves.toEqual({ done: true, value: undefined });
  });
});
