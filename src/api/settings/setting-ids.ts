import type { Queryable } from '../../store/database.js';
import { violatedUnique } from '../../store/database.js';
import { HttpProblem } from '../http/problem.js';

/** One lock for all settings: two creations at once must not get one id. */
const SETTINGS_LOCK = 4_100_021;

/** To be called first in the transaction that creates a setting. */
export async function lockSettings(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [SETTINGS_LOCK]);
}

/**
 * The wished id, or one made from the name: "My Indexer" → my-indexer, my-indexer-2 …
 * @throws HttpProblem conflict when the wished one is taken.
 */
export function chooseId(wish: { id: string | undefined; name: string }, taken: readonly string[]): string {
  if (wish.id !== undefined) {
    if (!taken.includes(wish.id)) return wish.id;
    throw new HttpProblem('conflict', `The id "${wish.id}" is taken`, {
      remedy: 'Choose another, or leave it out',
      errors: [{ pointer: '/id', detail: 'Expected an id that is free' }],
    });
  }
  const slug = slugOf(wish.name);
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? slug : `${slug}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '');
  return slug === '' ? 'unnamed' : slug;
}

/** @throws HttpProblem conflict for a name that another one has, or for what is still in use. */
export async function refusingConflicts<Result>(change: Promise<Result>): Promise<Result> {
  try {
    return await change;
  } catch (error) {
    if (violatedUnique(error)?.endsWith('_name_key') === true) {
      throw new HttpProblem('conflict', 'Expected a name that no other one has', {
        errors: [{ pointer: '/name', detail: 'Expected a name that is free' }],
        cause: error,
      });
    }
    if (isStillReferenced(error)) {
      throw new HttpProblem('conflict', 'It is still used by requests or downloads', {
        remedy: 'Disable it instead: set "enabled" to false',
        cause: error,
      });
    }
    throw error;
  }
}

function isStillReferenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503';
}
