import type { CookieOptions } from 'express';

import { revokeToken } from '../../store/tokens.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { logInBody, session } from '../schemas/access.js';
import { SESSION_COOKIE, sessionSecretOf, unauthenticated } from './authenticate.js';
import { csrfTokenOf, openSession } from './session.js';

const tag = 'access';

export const logInOperation = defineOperation({
  id: 'logIn',
  tag,
  summary: 'Exchanges a log-in link’s token, or an API token, for a session cookie',
  body: logInBody,
  responses: { 200: { description: 'Logged in; the cookie is set', schema: session } },
  refusals: [401, 429],
  handle: async (context, { body, request }) => {
    const address = request.socket.remoteAddress ?? 'unknown';
    refuseWhenTooMany(context, address);
    const opened = await openSession(context.db, body.token);
    if (opened === undefined) {
      context.logInLimit.record(address);
      throw unauthenticated('The log-in token is not known, was used already, or has expired');
    }
    const { row, secret, csrfToken } = opened;
    const { name, role, expiresAt } = row;
    return {
      status: 200,
      body: { name, role, csrfToken, expiresAt },
      cookie: {
        name: SESSION_COOKIE,
        value: secret,
        options: { ...cookieOptions(context), ...(expiresAt === null ? {} : { expires: expiresAt }) },
      },
      audit: { actor: name, target: row.id },
    };
  },
});

function refuseWhenTooMany({ logInLimit }: ApiContext, address: string): void {
  const seconds = Math.ceil(logInLimit.waitMs(address) / 1_000);
  if (seconds <= 0) return;
  throw new HttpProblem('too_many_requests', 'Expected fewer failed log-ins from one address', {
    remedy: `Try again in ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  });
}

export const getSessionOperation = defineOperation({
  id: 'getSession',
  tag,
  summary: 'Who is logged in',
  responses: { 200: { description: 'The present log-in', schema: session } },
  handle: (_context, { principal, request }) => {
    const secret = principal.kind === 'session' ? sessionSecretOf(request) : undefined;
    const { name, role, expiresAt } = principal;
    const csrfToken = secret === undefined ? null : csrfTokenOf(secret);
    return Promise.resolve({ status: 200, body: { name, role, csrfToken, expiresAt } });
  },
});

export const logOutOperation = defineOperation({
  id: 'logOut',
  tag,
  summary: 'Ends the session',
  responses: { 204: { description: 'Logged out' } },
  handle: async (context, { principal }) => {
    if (principal.kind === 'session') await revokeToken(context.db, principal.id);
    const expired = { ...cookieOptions(context), expires: new Date(0) };
    return { status: 204, cookie: { name: SESSION_COOKIE, value: '', options: expired } };
  },
});

/** Lax would send the cookie along with links from other sites; nobody needs that here. */
function cookieOptions({ baseUrl }: ApiContext): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: baseUrl().startsWith('https:') };
}
