import { createHash, randomBytes } from 'node:crypto';

import type { Role } from '../domain/access/role.js';
import { makeShortId } from '../domain/jobs/job-id.js';
import type { Queryable } from './database.js';

export type TokenKind = 'api' | 'login_link' | 'session';

/** A stored credential; of its secret only the SHA-256 is kept. */
export interface TokenRow {
  id: string;
  name: string;
  role: Role;
  kind: TokenKind;
  csrfHash: Buffer | null;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const COLUMNS = `id, name, role, kind, csrf_hash as "csrfHash", created_by as "createdBy", created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

export interface NewToken {
  name: string;
  role: Role;
  kind: TokenKind;
  createdBy: string;
  expiresAt?: Date | null | undefined;
  /** The hash of what a session must send with each change. */
  csrfHashOf?: (secret: string) => Buffer;
}

/** A secret says by its beginning what it is, so that one that leaked is recognized. */
const PREFIXES = { api: 'lp_', login_link: 'lpl_', session: 'lps_' } as const satisfies Record<
  TokenKind,
  string
>;

/** SHA-256 is enough: secrets are 256 random bits, so there is nothing to guess. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export function kindOf(secret: string): TokenKind {
  if (secret.startsWith(PREFIXES.login_link)) return 'login_link';
  return secret.startsWith(PREFIXES.session) ? 'session' : 'api';
}

export async function issueToken(db: Queryable, token: NewToken): Promise<{ row: TokenRow; secret: string }> {
  const secret = PREFIXES[token.kind] + randomBytes(32).toString('base64url');
  const { rows } = await db.query<TokenRow>(
    `insert into tokens (id, name, role, kind, secret_hash, csrf_hash, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
    [
      `${token.kind.replace('_', '-')}-${makeShortId(randomBytes(8))}`,
      token.name,
      token.role,
      token.kind,
      hashSecret(secret),
      token.csrfHashOf?.(secret) ?? null,
      token.createdBy,
      token.expiresAt ?? null,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('The token was not stored');
  return { row, secret };
}

/** Makes an API token; `secret` is shown once and never stored. */
export async function createToken(
  db: Queryable,
  token: { name: string; role: Role; createdBy: string; expiresAt?: Date | undefined },
): Promise<{ id: string; secret: string; row: TokenRow }> {
  const { row, secret } = await issueToken(db, { ...token, kind: 'api' });
  return { id: row.id, secret, row };
}

/** Credentials of any kind that were ever made: none means a first start. */
export async function countTokens(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(`select count(*)::int as count from tokens`);
  return rows[0]?.count ?? 0;
}

/**
 * Neither expired nor revoked, nor opened with a token that is: a session that was just being opened when its
 * token was revoked is not among those that the revocation ends.
 */
const LIVE = `t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and not exists (
  select from tokens opener where t.kind = 'session' and opener.id = t.created_by and opener.revoked_at is not null)`;

export async function findLiveToken(db: Queryable, secretHash: Buffer): Promise<TokenRow | undefined> {
  const { rows } = await db.query<TokenRow>(
    `select ${COLUMNS} from tokens t
     where secret_hash = $1 and ${LIVE} and (kind <> 'login_link' or used_at is null)`,
    [secretHash],
  );
  return rows[0];
}

/** Written at most once a minute, so that polling clients cost no write each time. */
export async function recordTokenUse(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update tokens set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [id],
  );
}

/** Takes a one-time link; of two that race, one gets it. */
export async function takeLoginLink(db: Queryable, secretHash: Buffer): Promise<TokenRow | undefined> {
  const { rows } = await db.query<TokenRow>(
    `update tokens set used_at = now(), last_used_at = now() where secret_hash = $1 and kind = 'login_link'
       and used_at is null and revoked_at is null and (expires_at is null or expires_at > now())
     returning ${COLUMNS}`,
    [secretHash],
  );
  return rows[0];
}

/** API tokens and live sessions, newest first; used or expired links are nobody's concern. */
export async function listTokens(db: Queryable): Promise<TokenRow[]> {
  const { rows } = await db.query<TokenRow>(
    `select ${COLUMNS} from tokens where kind = 'api' or (kind = 'session' and revoked_at is null and expires_at > now())
     order by created_at desc, id`,
  );
  return rows;
}

/** Revokes a token and the sessions that were opened with it, and tells listeners; false when there is none alive. */
export async function revokeToken(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `with ended as (
       update tokens set revoked_at = now()
       where revoked_at is null and (id = $1 or (kind = 'session' and created_by = $1)) returning id)
     select pg_notify('longplay_tokens', id) from ended`,
    [id],
  );
  return (rowCount ?? 0) > 0;
}

export async function isTokenLive(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(`select from tokens t where id = $1 and ${LIVE}`, [id]);
  return rowCount === 1;
}
