import { createHash } from 'node:crypto';

import type { Request } from 'express';

import type { Queryable } from '../../store/database.js';
import { reserveKey } from '../../store/idempotency.js';
import { HttpProblem } from '../http/problem.js';

export interface OwnedKey {
  principal: string;
  key: string;
}

/** @throws HttpProblem bad_input for a key that is too long or not plain. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new HttpProblem('bad_input', 'Expected an Idempotency-Key of 1 to 200 visible ASCII characters');
}

/**
 * The answer that was given under the key; undefined where this is its first request, which answers by `answerKey`.
 * @param asked what was asked for: a repeat is told from another request by its hash.
 * @throws HttpProblem conflict while the first is being handled, unprocessable for another request.
 */
export async function takeKey(
  db: Queryable,
  owned: OwnedKey,
  asked: unknown,
): Promise<{ status: number; body: unknown } | undefined> {
  const known = await reserveKey(db, { ...owned, bodyHash: hashOf(asked) });
  switch (known.kind) {
    case 'first':
      return undefined;
    case 'answered':
      return known;
    case 'in_progress':
      throw new HttpProblem(
        'conflict',
        'The first request with this Idempotency-Key is still being handled',
        { remedy: 'Ask again in a second', headers: { 'retry-after': '1' } },
      );
    case 'other_body':
      throw new HttpProblem('unprocessable', 'This Idempotency-Key was used with another body', {
        remedy: 'Use a new key for a new request',
      });
  }
}

function hashOf(asked: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(asked)))
    .digest('hex');
}

/** The same object with its keys in another order is the same body. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
