import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ROUTES } from '../../src/api/routes.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { startTestApi, type TestApi } from '../support/api.js';
import { createSend, type Send } from '../support/send.js';

let api: TestApi;
let db: Database;
/** To an API whose Postgres is not there. */
let send: Send;

beforeAll(async () => {
  api = await startTestApi();
  db = createDatabase({
    connectionString: 'postgres://longplay@127.0.0.1:1/none',
    maxConnections: 4,
    applicationName: 'away',
    timeoutMs: 2_000,
  });
  const { url } = await api.startAnother({ db });
  send = createSend(
    () => url,
    () => api.tokens.super_admin,
  );
});

afterAll(async () => {
  await api.stop();
  await db.close();
});

const guarded = ROUTES.filter(({ path }) => !['/healthz', '/readyz', '/api/session'].includes(path));

describe('while Postgres is away', () => {
  it.each(guarded.map(({ method, path }) => [method.toUpperCase(), path]))(
    '%s %s answers 503 with Retry-After and what to check, and tells nothing of the inside',
    async (method, path) => {
      const answer = await send(
        method,
        path.replace(':id', 'none-00000000'),
        method === 'GET' ? {} : { body: {} },
      );
      expect(answer).toMatchObject({
        status: 503,
        body: {
          kind: 'environment',
          detail: expect.stringContaining('Postgres'),
          remedy: expect.stringContaining('DATABASE_URL'),
        },
      });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(JSON.stringify(answer.body)).not.toMatch(/select |node_modules|ECONNREFUSED/);
    },
  );

  it('answers a log-in with 503 too, and counts it for no failure', async () => {
    for (let number = 0; number < 12; number += 1) {
      const answer = await send('POST', '/api/session', { body: { token: 'lpl_x' }, token: null });
      expect(answer.status).toBe(503);
    }
  });

  it('is alive, not ready, and still explains itself', async () => {
    expect((await send('GET', '/healthz')).status).toBe(200);
    expect(await send('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, checks: { postgres: { ok: false } } },
    });
    const { body: metrics } = await send('GET', '/metrics', { token: null });
    expect(metrics).toContain('longplay_scrape_errors{source="jobs"} 1');
    expect(metrics).toContain('longplay_scrape_errors{source="health"} 1');
    expect((await send('GET', '/openapi.json', { token: null })).status).toBe(200);
    expect((await send('GET', '/', { token: null })).status).toBe(200);
  });
});
