import { request as rawRequest } from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { openSession } from '../../../src/api/access/session.js';
import { createLoginLink } from '../../../src/api/access/login-link.js';
import { createToken, revokeToken } from '../../../src/store/tokens.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { createSend, type Answer } from '../../support/send.js';

let api: TestApi;
/** Of a process of its own for each test: failed log-ins are counted by process. */
let url: string;
const send = createSend(
  () => url,
  () => api.tokens.super_admin,
);
/** Every secret of this file: none may be found anywhere afterwards. */
const secrets: string[] = [];

beforeAll(async () => {
  api = await startTestApi();
  secrets.push(...Object.values(api.tokens));
});

beforeEach(async () => {
  ({ url } = await api.startAnother());
});

afterEach(async () => {
  const { db } = api.parts;
  const { rows } = await db.query<{ row: string }>(
    `select t::text as row from tokens t union all select a::text from audit a`,
  );
  const kept = [...rows.map(({ row }) => row), api.logged()].join('\n');
  expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
});

afterAll(() => api.stop());

async function newLink(): Promise<string> {
  const link = await createLoginLink(api.parts, { baseUrl: url, name: 'somebody', role: 'operator' });
  const token = new URL(link).searchParams.get('token') ?? '';
  secrets.push(token);
  return token;
}

const sessionBody = z.object({
  name: z.string(),
  role: z.string(),
  csrfToken: z.string(),
  expiresAt: z.string(),
});

interface LoggedIn {
  cookie: string;
  csrf: string;
  attributes: string[];
}

function logIn(token: string): Promise<Answer> {
  return send('POST', '/api/session', { body: { token }, token: null });
}

function loggedIn({ status, headers, body }: Answer): LoggedIn {
  expect({ status, body }).toMatchObject({ status: 200 });
  const [cookie = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ');
  const csrf = sessionBody.parse(body).csrfToken;
  secrets.push(cookie.split('=')[1] ?? '', csrf);
  return { cookie, csrf, attributes };
}

const asSession = ({ cookie, csrf }: LoggedIn) => ({
  token: null,
  headers: { cookie, 'x-csrf-token': csrf },
});

describe('a log-in link', () => {
  it('opens a session once, with its name and role, in a cookie that no script and no other site sees', async () => {
    const token = await newLink();
    const answer = await logIn(token);
    const session = loggedIn(answer);
    expect(session.cookie).toMatch(/^longplay_session=lps_[\w-]{43}$/);
    expect(session.attributes).toEqual(
      expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Strict', expect.stringMatching(/^Expires=/)]),
    );
    expect(answer.body).toMatchObject({ name: 'somebody', role: 'operator' });
    const shown = await send('GET', '/api/session', { token: null, headers: { cookie: session.cookie } });
    expect(shown.body).toEqual(answer.body);
    expect(await logIn(token)).toMatchObject({ status: 401, body: { kind: 'unauthenticated' } });
  });

  it('opens one session when it is used twice at once', async () => {
    const token = await newLink();
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn(token)));
    const opened = answers.filter(({ status }) => status === 200);
    expect(opened).toHaveLength(1);
    opened.forEach(loggedIn);
    expect(answers.every(({ status }) => status === 200 || status === 401)).toBe(true);
  });

  it('is worth nothing after its life, after its revocation, and as a Bearer token', async () => {
    const [late, revoked, bearer] = [await newLink(), await newLink(), await newLink()];
    const idOf = async (created: number): Promise<string> => {
      const { rows } = await api.parts.db.query<{ id: string }>(
        `select id from tokens where kind = 'login_link' order by created_at desc offset $1 limit 1`,
        [created],
      );
      return rows[0]?.id ?? '';
    };
    await api.parts.db.query(`update tokens set expires_at = now() where id = $1`, [await idOf(2)]);
    await revokeToken(api.parts.db, await idOf(1));
    expect((await logIn(late)).status).toBe(401);
    expect((await logIn(revoked)).status).toBe(401);
    expect((await send('GET', '/api/jobs', { token: bearer })).status).toBe(401);
  });

  it('is made for others by a super_admin, whose name it bears', async () => {
    const { status, body } = await send('POST', '/api/tokens/login-links', {
      body: { name: 'guest', role: 'viewer' },
    });
    expect(status).toBe(201);
    const { url: link } = z.object({ url: z.string() }).parse(body);
    expect(link.startsWith(`${url}/login?token=lpl_`)).toBe(true);
    const token = new URL(link).searchParams.get('token') ?? '';
    secrets.push(token);
    const { rows } = await api.parts.db.query(
      `select name, role, created_by from tokens where name = 'guest'`,
    );
    expect(rows).toEqual([{ name: 'guest', role: 'viewer', created_by: 'super_admin' }]);
    loggedIn(await logIn(token));
  });
});

describe('a session', () => {
  it('opened with an API token ends no later than the token', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000);
    const { secret } = await createToken(api.parts.db, {
      name: 'hour',
      role: 'viewer',
      createdBy: 'test',
      expiresAt,
    });
    secrets.push(secret);
    const answer = await logIn(secret);
    loggedIn(answer);
    expect(answer.body).toMatchObject({ expiresAt: expiresAt.toISOString() });
  });

  it('cannot prolong itself, and is no Bearer token', async () => {
    const session = loggedIn(await logIn(await newLink()));
    const secret = session.cookie.split('=')[1] ?? '';
    expect((await logIn(secret)).status).toBe(401);
    expect((await send('GET', '/api/session', { token: secret })).status).toBe(401);
  });

  it('takes the CSRF token of no other session', async () => {
    const [mine, other] = [loggedIn(await logIn(await newLink())), loggedIn(await logIn(await newLink()))];
    const body = { type: 'demo_steps', params: { count: 0 } };
    const crossed = { ...asSession({ ...mine, csrf: other.csrf }), body };
    expect((await send('POST', '/api/jobs', crossed)).status).toBe(403);
    expect((await send('POST', '/api/jobs', { ...asSession(mine), body })).status).toBe(400);
  });

  it('is over after a log-out, which takes the cookie away', async () => {
    const session = loggedIn(await logIn(await newLink()));
    const out = await send('DELETE', '/api/session', asSession(session));
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^longplay_session=; .*Expires=Thu, 01 Jan 1970/);
    expect((await send('GET', '/api/session', asSession(session))).status).toBe(401);
    // With the dead cookie a browser can still log in anew.
    const again = await send('POST', '/api/session', {
      ...asSession(session),
      body: { token: await newLink() },
    });
    loggedIn(again);
  });

  it('is worth nothing when its API token was revoked while it was being opened', async () => {
    const { db } = api.parts;
    const { id, secret } = await createToken(db, { name: 'x', role: 'viewer', createdBy: 'test' });
    const opened = await openSession(
      {
        query: async (sql, values) => {
          if (sql.includes('insert into tokens')) await revokeToken(db, id);
          return db.query(sql, values);
        },
      },
      secret,
    );
    const cookie = `longplay_session=${opened?.secret ?? ''}`;
    expect(cookie).toContain('lps_');
    expect((await send('GET', '/api/session', { token: null, headers: { cookie } })).status).toBe(401);
  });
});

describe('an API token', () => {
  it('shows its secret once, and is told by id afterwards', async () => {
    const made = await send('POST', '/api/tokens', { body: { name: 'once', role: 'viewer' } });
    const { id, secret } = z.object({ id: z.string(), secret: z.string() }).parse(made.body);
    secrets.push(secret);
    expect(made.headers.get('location')).toBe(`/api/tokens/${id}`);
    const { body } = await send('GET', '/api/tokens');
    expect(JSON.stringify(body)).toContain(id);
    expect(JSON.stringify(body)).not.toContain(secret);
    const { body: audit } = await send('GET', '/api/audit?limit=1');
    expect(audit).toMatchObject({
      audit: [
        { actor: 'super_admin', action: 'createToken', target: id, detail: { name: 'once', role: 'viewer' } },
      ],
    });
    expect((await send('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    expect((await send('DELETE', `/api/tokens/${id}`)).status).toBe(404);
  });

  it.each([
    [{ name: '', role: 'viewer' }, '/name'],
    [{ name: 'x', role: 'owner' }, '/role'],
    [{ name: 'x', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    [{ name: 'x', role: 'viewer', expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ name: 'x', role: 'viewer', secret: 'mine' }, '/secret'],
  ])('is not made of %j', async (body, pointer) => {
    expect(await send('POST', '/api/tokens', { body })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
  });
});

describe('failed log-ins', () => {
  /** From another address of this machine: all of 127.0.0.0/8 is loopback on Linux. */
  function logInFrom(localAddress: string, token: string): Promise<{ status: number; retryAfter: number }> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      rawRequest(
        {
          hostname,
          port,
          path: '/api/session',
          method: 'POST',
          localAddress,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, retryAfter: Number(response.headers['retry-after']) });
        },
      )
        .on('error', reject)
        .end(JSON.stringify({ token }));
    });
  }

  it('are answered 429 with Retry-After from the eleventh on, for this address only', async () => {
    const guess = (): Promise<{ status: number; retryAfter: number }> => logInFrom('127.0.0.7', 'lpl_guess');
    for (let number = 0; number < 10; number += 1) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(refused.retryAfter).toBeGreaterThan(0);
    expect(refused.retryAfter).toBeLessThanOrEqual(60);
    // Also the right one, or guessing would go on beside it.
    expect((await logInFrom('127.0.0.7', await newLink())).status).toBe(429);
    expect((await logInFrom('127.0.0.8', 'lpl_guess')).status).toBe(401);
  });
});
