import { query, type Check } from './evidence.js';

/**
 * Never two open jobs of one dedupe key: by the intervals of those of one round, whose both ends are known. Their times
 * are those at which transactions began, so one that waits for the other's end may seem to be earlier by a moment.
 */
export const checkEqual: Check = async (evidence) => {
  const rows = await query<{ id: string; other: string; key: string }>(
    evidence,
    `select a.id, b.id as other, a.type || ' ' || a.dedupe_key as key from jobs a join jobs b
       on a.type = b.type and a.dedupe_key = b.dedupe_key and a.id < b.id
     where a.round = 1 and b.round = 1
       and a.created_at + interval '1 second' < coalesce(b.ended_at, 'infinity')
       and b.created_at + interval '1 second' < coalesce(a.ended_at, 'infinity')`,
  );
  return rows.map(({ id, other, key }) => ({
    rule: 'jobs.md §8 (3)',
    jobId: id,
    said: `it and ${other} were open at once, both are ${key}`,
  }));
};

export const checkProgress: Check = ({ samples }) =>
  Promise.resolve(
    samples.falls.map(({ jobId, round, from, to, atMs }) => ({
      rule: 'jobs.md §8 (8)',
      jobId,
      said: `progress fell from ${from} to ${to} in round ${round} at ${new Date(atMs).toISOString()}`,
    })),
  );

export const checkWishes: Check = async (evidence) => {
  const rows = await query<{ jobId: string; kind: string; error: string | null }>(
    evidence,
    `select job_id as "jobId", kind, last_error as error from job_wishes where accepted_at is null`,
  );
  return rows.map(({ jobId, kind, error }) => ({
    rule: 'jobs.md §8 (9)',
    jobId,
    said: `the wish ${kind} was never taken: ${error ?? 'no error'}`,
  }));
};

/** A process of ours that ends by itself is a crash, whoever would start it again. */
export const checkDeaths: Check = ({ house }) =>
  Promise.resolve(
    house.deaths.map(({ name, code, atMs }) => ({
      rule: 'no process ends by itself',
      said: `${name} ended with ${code ?? 'no status'} at ${new Date(atMs).toISOString()}, see its log`,
    })),
  );

/** A finding is for a person; after the quiet there is nothing to look at, but for rows that had to be rebuilt. */
export const checkFindings: Check = async (evidence) => {
  const rows = await query<{ kind: string; subject: string; message: string }>(
    evidence,
    // These tell what the act of an older copy has done, to be read once.
    `select kind, subject, message from findings where kind not in ('row_recovered', 'older_copy')`,
  );
  return rows.map(({ kind, subject, message }) => ({
    rule: 'after the quiet nothing needs a person',
    said: `${kind} ${subject}: ${message}`,
  }));
};

/** An older copy begins each job anew that was open, once; without a copy nothing is begun anew for it. */
export const checkRestarts: Check = async (evidence) => {
  const rows = await query<{ jobId: string; times: number }>(
    evidence,
    `select job_id as "jobId", count(*)::int as times from repairs where kind = 'older_copy' group by job_id`,
  );
  return rows
    .filter(({ times }) => times > (evidence.samples.copies.length > 0 ? 1 : 0))
    .map(({ jobId, times }) => ({
      rule: 'an older copy is seen once, and only where there is one',
      jobId,
      said: `it was begun anew ${times} times for an older copy`,
    }));
};
