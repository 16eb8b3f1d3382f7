import { createHmac } from 'node:crypto';

import type { Queryable } from '../../store/database.js';
import {
  findLiveToken,
  hashSecret,
  issueToken,
  kindOf,
  takeLoginLink,
  type TokenRow,
} from '../../store/tokens.js';

const LIFE_MS = 30 * 24 * 3_600_000;

export interface OpenedSession {
  row: TokenRow;
  secret: string;
  csrfToken: string;
}

/** Opens a browser session by a login link, or by an API token, which the session does not outlive. */
export async function openSession(db: Queryable, given: string): Promise<OpenedSession | undefined> {
  const token = await findOpener(db, given);
  if (token === undefined) return undefined;
  const end = new Date(Date.now() + LIFE_MS);
  const bound = token.kind === 'api' ? token.expiresAt : null;
  const { row, secret } = await issueToken(db, {
    name: token.name,
    role: token.role,
    kind: 'session',
    createdBy: token.id,
    expiresAt: bound !== null && bound < end ? bound : end,
    csrfHashOf: (made) => hashSecret(csrfTokenOf(made)),
  });
  return { row, secret, csrfToken: csrfTokenOf(secret) };
}

/** Derived, so that the page can ask for it again after a reload while only its hash is stored. */
export function csrfTokenOf(sessionSecret: string): string {
  return createHmac('sha256', sessionSecret).update('csrf').digest('base64url');
}

async function findOpener(db: Queryable, given: string): Promise<TokenRow | undefined> {
  switch (kindOf(given)) {
    case 'login_link':
      return takeLoginLink(db, hashSecret(given));
    case 'api':
      return findLiveToken(db, hashSecret(given));
    // A session must not prolong itself.
    case 'session':
      return undefined;
  }
}
