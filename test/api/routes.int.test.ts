import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Access, Route } from '../../src/api/http/route.js';
import { ROUTES } from '../../src/api/routes.js';
import { openSession } from '../../src/api/access/session.js';
import { roleCovers, ROLES, type Role } from '../../src/domain/access/role.js';
import { createToken, revokeToken } from '../../src/store/tokens.js';
import { startTestApi, type TestApi } from '../support/api.js';
import { fingerprint } from '../support/fingerprint.js';

let api: TestApi;
let expired: string;
let revoked: string;

beforeAll(async () => {
  api = await startTestApi();
  expired = await ended(async (id) => {
    await api.parts.db.query(`update tokens set expires_at = now() where id = $1`, [id]);
  });
  revoked = await ended(async (id) => {
    await revokeToken(api.parts.db, id);
  });
});

afterAll(() => api.stop());

/** A token of the highest role that is no longer good. */
async function ended(end: (id: string) => Promise<void>): Promise<string> {
  const { id, secret } = await createToken(api.parts.db, {
    name: 'ended',
    role: 'super_admin',
    createdBy: 'test',
  });
  await end(id);
  return secret;
}

/** Only whether the door opens matters: nothing is behind it, no such id and an empty body. */
async function knock(
  { method, path }: Pick<Route, 'method' | 'path'>,
  headers: Record<string, string>,
): Promise<{ status: number; type: string; body: string }> {
  const gone = new AbortController();
  const response = await fetch(api.url + path.replace(/:\w+/, 'none-00000000'), {
    method: method.toUpperCase(),
    headers: { ...(method === 'get' ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(method === 'get' ? {} : { body: '{}' }),
    signal: gone.signal,
  });
  const type = response.headers.get('content-type') ?? '';
  const body = type.startsWith('text/event-stream') ? '' : await response.text();
  gone.abort();
  return { status: response.status, type, body };
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function expectRefusal(
  route: Route,
  { status, headers }: { status: 401 | 403; headers: Record<string, string> },
): Promise<void> {
  const before = await fingerprint(api.parts.db);
  const answer = await knock(route, headers);
  expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json') });
  expect(JSON.parse(answer.body)).toMatchObject({
    status,
    kind: status === 401 ? 'unauthenticated' : 'forbidden',
    remedy: expect.any(String),
  });
  expect(await fingerprint(api.parts.db)).toBe(before);
}

/** Behind the door it may say that there is no such id, or that the body is wrong; it never breaks. */
async function expectEntry(route: Route, headers: Record<string, string>): Promise<void> {
  const { status } = await knock(route, headers);
  expect([401, 403, 500, 502]).not.toContain(status);
}

function mayEnter(access: Access, role: Role): boolean {
  if (access === 'public') return true;
  return roleCovers(role, access === 'viewer_or_loopback' ? 'viewer' : access);
}

const named = ROUTES.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

describe.each(named)('%s', (_name, route) => {
  const isOpen = route.access === 'public' || route.access === 'viewer_or_loopback';

  it.each(ROLES)('asks a %s for the role that the table names', async (role) => {
    const headers = bearer(api.tokens[role]);
    if (mayEnter(route.access, role)) await expectEntry(route, headers);
    else await expectRefusal(route, { status: 403, headers });
  });

  it('lets nobody in without a log-in, unless the table says so', async () => {
    if (isOpen) await expectEntry(route, {});
    else await expectRefusal(route, { status: 401, headers: {} });
  });

  it('takes no token that is expired, revoked, made up or misspelt', async () => {
    for (const headers of [
      bearer(expired),
      bearer(revoked),
      bearer('lp_made-up'),
      { authorization: 'Basic eA==' },
    ]) {
      if (route.access === 'public') await expectEntry(route, headers);
      else await expectRefusal(route, { status: 401, headers });
    }
  });
});

describe('every address', () => {
  const changing = named.filter(([, { method, access }]) => method !== 'get' && access !== 'public');

  it.each(changing)('%s takes a cookie only with its CSRF token', async (_name, route) => {
    const { db } = api.parts;
    const session = await openSession(db, api.tokens.super_admin);
    if (session === undefined) throw new Error('The token opened no session');
    const cookie = `longplay_session=${session.secret}`;
    await expectRefusal(route, { status: 403, headers: { cookie } });
    await expectRefusal(route, { status: 403, headers: { cookie, 'x-csrf-token': session.secret } });
    await expectEntry(route, { cookie, 'x-csrf-token': session.csrfToken });
  });

  it('answers HEAD as GET without a body, event streams too', async () => {
    for (const [, { method, path }] of named) {
      if (method !== 'get') continue;
      const address = api.url + path.replace(/:\w+/, 'none-00000000');
      const { status } = await fetch(address, { method: 'HEAD', headers: bearer(api.tokens.super_admin) });
      expect({ path, status }).toEqual({
        path,
        status: path.includes(':') ? 404 : path === '/readyz' ? 503 : 200,
      });
    }
  });

  it('names the methods that it takes when another comes', async () => {
    const { status, headers, body } = await api.send('PATCH', '/api/jobs');
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'POST, GET' });
    expect(body).toMatchObject({ kind: 'method_not_allowed' });
  });
});

describe('GET /metrics', () => {
  it('takes a request that a proxy on this machine brings for one from outside', async () => {
    const route = { method: 'get', path: '/metrics' } as const;
    expect((await knock(route, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(401);
    expect((await knock(route, { forwarded: 'for=203.0.113.7' })).status).toBe(401);
  });
});
