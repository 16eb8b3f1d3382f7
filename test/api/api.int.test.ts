import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { openEvents } from '../support/event-reader.js';
import { eventually } from '../support/eventually.js';
import { createSend, type Send } from '../support/send.js';
import { startService, type ServiceProcess } from '../support/service.js';

let folder: string;
let service: ServiceProcess;
let owner: string;
let send: Send;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-api-'));
  service = await startService(folder);
  owner = (await readFile(path.join(folder, 'cli-token'), 'utf8')).trim();
  send = createSend(
    () => service.url,
    () => owner,
  );
}, 60_000);

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const job = z.object({ id: z.string(), status: z.string() });

/** The API of the built service, as `longplay up` starts it; test/api/* has the rest. */
describe('the running service', () => {
  it('streams a job from its snapshot to its end', async () => {
    const body = { type: 'demo_steps', params: { count: 10, everyMs: 50, label: 'streamed' } };
    const { id } = job.parse((await send('POST', '/api/jobs', { body })).body);
    const reader = await openEvents(`${service.url}/api/jobs/${id}/events?logs=1`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    await reader.ended;
    const names = reader.events.map(({ name }) => name);
    expect(names[0]).toBe('snapshot');
    expect(names).toContain('log');
    expect(reader.events.at(-1)).toMatchObject({ name: 'end', data: { status: 'completed' } });
  });

  it('refuses a token from the moment on that it has expired', async () => {
    const expiresAt = new Date(Date.now() + 1_200).toISOString();
    const made = await send('POST', '/api/tokens', { body: { name: 'short', role: 'operator', expiresAt } });
    const token = z.object({ secret: z.string() }).parse(made.body).secret;
    expect((await send('GET', '/api/jobs', { token })).status).toBe(200);
    await eventually(async () => (await send('GET', '/api/jobs', { token })).status === 401);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
  });

  it('refuses a foreign name in Host on loopback', async () => {
    const { hostname, port } = new URL(service.url);
    const ask = (host: string): Promise<number | undefined> =>
      new Promise((resolve) => {
        rawRequest({ hostname, port, path: '/healthz', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).end();
      });
    expect(await ask('evil.example')).toBe(403);
    expect(await ask(`localhost.evil.example:${port}`)).toBe(403);
    expect(await ask(`localhost:${port}`)).toBe(200);
  });

  it('answers health, readiness, metrics, the document and its page', async () => {
    expect((await send('GET', '/healthz', { token: null })).body).toMatchObject({ status: 'alive' });
    expect((await send('GET', '/readyz', { token: null })).body).toMatchObject({ ready: true });
    expect((await send('GET', '/metrics', { token: null })).body).toContain(
      'longplay_workers{role="core+cpu+gpu"} 1',
    );
    expect((await send('GET', '/openapi.json', { token: null })).body).toMatchObject({ openapi: '3.1.0' });
    expect((await send('GET', '/docs', { token: null })).body).toContain('/api/jobs');
    const page = await send('GET', '/', { token: null });
    expect(page.body).toContain('<title>Longplay</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await send('GET', '/login', { token: null })).status).toBe(200);
  });

  it('counts event streams, and does not take their length for a duration', async () => {
    const reader = await openEvents(`${service.url}/api/events`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    const metrics = async (): Promise<unknown> => (await send('GET', '/metrics', { token: null })).body;
    expect(await metrics()).toContain('longplay_event_streams 1');
    await reader.leave();
    await eventually(async () => String(await metrics()).includes('longplay_event_streams 0'));
    expect(await metrics()).not.toContain('route="/api/events"');
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/.env', '/%00', '/nothing'])(
    'serves nothing at %s',
    async (address) => {
      const { status, body } = await send('GET', address);
      expect({ status, body }).toMatchObject({ status: 404, body: { kind: 'gone' } });
    },
  );
});
