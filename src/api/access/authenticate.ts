import { timingSafeEqual } from 'node:crypto';

import type { Request } from 'express';

import type { Queryable } from '../../store/database.js';
import { findLiveToken, hashSecret, recordTokenUse, type TokenRow } from '../../store/tokens.js';
import { HttpProblem } from '../http/problem.js';
import { ANONYMOUS, type Principal } from './principal.js';

export const SESSION_COOKIE = 'longplay_session';
export const CSRF_HEADER = 'x-csrf-token';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A use is written at most this often; a token read tells when the last one was. */
const TOKEN_USE_MS = 60_000;

/**
 * Who sent this request: by `Authorization: Bearer`, else by the session cookie, else nobody.
 * @throws HttpProblem unauthenticated for a credential that is wrong, expired or revoked; forbidden for a
 *   cookie without its CSRF token on a method that changes something.
 */
export async function authenticate(db: Queryable, request: Request): Promise<Principal> {
  const bearer = bearerOf(request);
  if (bearer !== undefined) return principalOf(db, await findLiveToken(db, hashSecret(bearer)), 'api');
  const cookie = sessionSecretOf(request);
  if (cookie === undefined) return ANONYMOUS;
  const session = await findLiveToken(db, hashSecret(cookie));
  const principal = await principalOf(db, session, 'session');
  if (!SAFE_METHODS.has(request.method)) checkCsrf(request, session?.csrfHash ?? null);
  return principal;
}

export function sessionSecretOf(request: Request): string | undefined {
  const prefix = `${SESSION_COOKIE}=`;
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
}

function bearerOf(request: Request): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token !== undefined) return token;
  throw unauthenticated('Expected "Authorization: Bearer <token>", got another form');
}

async function principalOf(
  db: Queryable,
  token: TokenRow | undefined,
  kind: 'api' | 'session',
): Promise<Principal> {
  if (token?.kind !== kind) {
    throw unauthenticated('The token is not known, has expired or was revoked');
  }
  if (Date.now() - (token.lastUsedAt?.getTime() ?? 0) > TOKEN_USE_MS) await recordTokenUse(db, token.id);
  return { id: token.id, name: token.name, role: token.role, kind, expiresAt: token.expiresAt };
}

function checkCsrf(request: Request, expected: Buffer | null): void {
  const given = request.get(CSRF_HEADER);
  if (given !== undefined && expected !== null && timingSafeEqual(hashSecret(given), expected)) return;
  throw new HttpProblem('forbidden', `Expected the session's token in ${CSRF_HEADER}, got none or another`, {
    remedy: 'Reload the page, or use a Bearer token',
  });
}

export function unauthenticated(message: string): HttpProblem {
  return new HttpProblem('unauthenticated', message, {
    remedy: 'Open a log-in link, or send a Bearer token; `longplay token` makes both',
    headers: { 'www-authenticate': 'Bearer realm="longplay"' },
  });
}
