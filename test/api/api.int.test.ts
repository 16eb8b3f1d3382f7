import { mkdtemp, rm } from 'node:fs/promises';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { startService, type ServiceProcess } from '../support/service.js';

let folder: string;
let service: ServiceProcess;
let owner: string;
let viewer: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-api-'));
  service = await startService(folder);
  owner = (await readFile(path.join(folder, 'cli-token'), 'utf8')).trim();
  viewer = await newToken({ name: 'viewer', role: 'viewer' });
}, 60_000);

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

async function newToken(body: object): Promise<string> {
  const answer = await send('POST', '/api/tokens', { body });
  return z.object({ secret: z.string() }).parse(answer.body).secret;
}

interface Answer {
  status: number;
  type: string;
  body: unknown;
}

async function send(
  method: string,
  address: string,
  options: { body?: unknown; text?: string; token?: string | null; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const token = options.token === undefined ? owner : options.token;
  const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(`${service.url}${address}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : text };
}

const COUNT = { type: 'demo_steps', params: { count: 2, everyMs: 1 } };
const job = z.object({ id: z.string(), status: z.string() });

async function countJobs(): Promise<number> {
  const { body } = await send('GET', '/api/jobs?limit=200');
  return z.object({ jobs: z.array(job) }).parse(body).jobs.length;
}

describe('bad input', () => {
  it.each([
    ['an unknown type', 400, { body: { type: 'nonsense', params: {} } }],
    ['an unknown field', 400, { body: { ...COUNT, colour: 'red' } }],
    ['an unknown param', 400, { body: { type: 'demo_steps', params: { count: 1, colour: 'red' } } }],
    ['a wrong type of a field', 400, { body: { type: 'demo_steps', params: { count: 'many' } } }],
    ['a priority beyond 10', 400, { body: { ...COUNT, priority: 11 } }],
    ['broken JSON', 400, { text: '{"type": ' }],
    ['a body of 2 MB', 413, { text: JSON.stringify({ type: 'x'.repeat(2_000_000) }) }],
    ['no token', 401, { body: COUNT, token: null }],
    ['a made-up token', 401, { body: COUNT, token: 'lp_nothing' }],
  ] as const)(
    '%s is refused with a problem document, and nothing is stored',
    async (_name, status, options) => {
      const before = await countJobs();
      const answer = await send('POST', '/api/jobs', options);
      expect(answer).toMatchObject({ status, body: { status } });
      expect(answer.type).toContain('application/problem+json');
      expect(z.object({ title: z.string(), detail: z.string() }).parse(answer.body).detail).not.toBe('');
      expect(await countJobs()).toBe(before);
    },
  );

  it('lists every wrong field at once', async () => {
    const { body } = await send('POST', '/api/jobs', {
      body: { type: 7, params: {}, priority: 'soon', maxRetries: 99 },
    });
    const { errors } = z.object({ errors: z.array(z.object({ pointer: z.string() })) }).parse(body);
    expect(errors.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/type', '/priority', '/maxRetries']),
    );
  });

  it('of an unknown id or address is 404, and an unknown method 405', async () => {
    expect((await send('GET', '/api/jobs/none-00000000')).status).toBe(404);
    expect((await send('GET', '/api/jobs/none-00000000/events')).status).toBe(404);
    expect((await send('GET', '/api/nonsense')).status).toBe(404);
    expect((await send('DELETE', '/api/jobs')).status).toBe(405);
  });
});

describe('access', () => {
  it('lets a viewer read and nothing else', async () => {
    expect((await send('GET', '/api/jobs', { token: viewer })).status).toBe(200);
    expect((await send('POST', '/api/jobs', { body: COUNT, token: viewer })).status).toBe(403);
    expect((await send('GET', '/api/tokens', { token: viewer })).status).toBe(403);
  });

  it('refuses a token that has expired', async () => {
    const soon = new Date(Date.now() + 1_200).toISOString();
    const token = await newToken({ name: 'short', role: 'operator', expiresAt: soon });
    expect((await send('GET', '/api/jobs', { token })).status).toBe(200);
    const until = Date.parse(soon);
    let status = 200;
    while (status === 200 && Date.now() < until + 10_000)
      ({ status } = await send('GET', '/api/jobs', { token }));
    expect(status).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });

  it('never gives a stored secret back', async () => {
    const body = {
      id: 'secretive',
      name: 'Secretive',
      baseUrl: 'http://127.0.0.1:9/api',
      secret: 'my-indexer-key',
    };
    await send('POST', '/api/indexers', { body });
    const shown = await send('GET', '/api/indexers/secretive');
    expect(shown.body).toMatchObject({ hasSecret: true });
    expect(JSON.stringify(shown.body)).not.toContain('my-indexer-key');
    const tested = await send('POST', '/api/indexers/secretive/test');
    expect(JSON.stringify(tested.body)).not.toContain('my-indexer-key');
    expect((await send('DELETE', '/api/indexers/secretive')).status).toBe(204);
  });

  it('refuses a foreign name in Host on loopback', async () => {
    const { hostname, port } = new URL(service.url);
    const status = await new Promise((resolve) => {
      rawRequest({ hostname, port, path: '/healthz', headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});

describe('the Idempotency-Key', () => {
  it('gives the same answer for the same body and refuses another', async () => {
    const headers = { 'idempotency-key': 'once-only' };
    const body = { type: 'demo_steps', params: { count: 1, label: 'keyed' } };
    const first = await send('POST', '/api/jobs', { body, headers });
    const again = await send('POST', '/api/jobs', { body, headers });
    expect(job.parse(again.body).id).toBe(job.parse(first.body).id);
    const other = await send('POST', '/api/jobs', { body: { ...body, priority: 1 }, headers });
    expect(other.status).toBe(422);
  });
});

describe('reading', () => {
  it('pages through jobs by a cursor, each of them once', async () => {
    for (let count = 1; count <= 5; count += 1) {
      await send('POST', '/api/jobs', {
        body: { type: 'demo_steps', params: { count, everyMs: 1, label: 'paged' } },
      });
    }
    const page = z.object({ jobs: z.array(job), next: z.string().nullable() });
    const ids: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const { body } = await send('GET', `/api/jobs?type=demo_steps&limit=2${cursor}`);
      const parsed = page.parse(body);
      ids.push(...parsed.jobs.map(({ id }) => id));
      next = parsed.next;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(5);
  });

  it('streams a job from its snapshot to its end', async () => {
    const created = await send('POST', '/api/jobs', {
      body: { type: 'demo_steps', params: { count: 10, everyMs: 50, label: 'streamed' } },
    });
    const { id } = job.parse(created.body);
    const response = await fetch(`${service.url}/api/jobs/${id}/events?logs=1`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    const text = await response.text();
    const events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(events[0]).toBe('snapshot');
    expect(events).toContain('log');
    expect(events.at(-1)).toBe('end');
    expect(text).toContain('"status":"completed"');
  });

  it('answers health, readiness, metrics, the document and its page', async () => {
    expect((await send('GET', '/healthz', { token: null })).body).toMatchObject({ status: 'alive' });
    expect((await send('GET', '/readyz', { token: null })).body).toMatchObject({ ready: true });
    expect((await send('GET', '/metrics')).body).toContain('longplay_');
    expect((await send('GET', '/openapi.json', { token: null })).body).toMatchObject({ openapi: '3.1.0' });
    expect((await send('GET', '/docs', { token: null })).body).toContain('/api/jobs');
    expect((await send('GET', '/', { token: null })).body).toContain('<title>Longplay</title>');
  });
});
