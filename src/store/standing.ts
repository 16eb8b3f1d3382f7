import type { Queryable } from './database.js';

/**
 * How a round that somebody speaks for stands to the job's row. `behind`: the row does not know of this round yet
 * (a copy of the database was restored); `ended`: the row has this round's outcome (a reset began it again);
 * `over`: a newer round has begun.
 */
export type Standing = 'ours' | 'missing' | 'behind' | 'ended' | 'over';

/** A fact that its row does not take. Facts lose to a higher round and never put anything back (jobs.md §2). */
export class NotStanding extends Error {
  readonly standing: Exclude<Standing, 'ours'>;

  constructor(standing: Exclude<Standing, 'ours'>) {
    super(`The row is ${standing}`);
    this.name = 'NotStanding';
    this.standing = standing;
  }
}

/** @throws NotStanding when the row did not take the fact. */
export function requireOurs(standing: Standing | undefined): void {
  if (standing !== 'ours') throw new NotStanding(standing ?? 'missing');
}

/**
 * Locks the job for a fact of this round; every transaction locks a job before its steps, and a child before its
 * parent, so that none waits in a ring.
 * @throws NotStanding when the row does not take it.
 */
export async function lockRound(
  tx: Queryable,
  { jobId, round }: { jobId: string; round: number },
): Promise<void> {
  const { rows } = await tx.query<{ standing: Standing }>('select lock_round($1, $2) as standing', [
    jobId,
    round,
  ]);
  requireOurs(rows[0]?.standing);
}
