import { violatedUnique, type Database, type Queryable } from '../../store/database.js';
import { HttpProblem } from '../http/problem.js';

/** One lock for all settings: two creations at once get two ids, and of two replacements none is half kept. */
const SETTINGS_LOCK = 4_100_021;

/**
 * Runs one change of settings after the other.
 * @throws HttpProblem conflict for a name that another one has, or for what is still in use.
 */
export async function changeSettings<Result>(
  db: Database,
  change: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  try {
    return await db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [SETTINGS_LOCK]);
      return change(tx);
    });
  } catch (error) {
    throw conflictOf(error) ?? error;
  }
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

export function inUse(cause?: unknown): HttpProblem {
  return new HttpProblem('conflict', 'It is still used by requests or downloads', {
    remedy: 'Disable it instead: set "enabled" to false',
    cause,
  });
}

function conflictOf(error: unknown): HttpProblem | undefined {
  if (isStillReferenced(error)) return inUse(error);
  if (violatedUnique(error)?.endsWith('_name_key') !== true) return undefined;
  return new HttpProblem('conflict', 'Expected a name that no other one has', {
    errors: [{ pointer: '/name', detail: 'Expected a name that is free' }],
    cause: error,
  });
}

function isStillReferenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503';
}
