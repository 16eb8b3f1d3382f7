import type { JobsDeps } from '../../src/jobs/deps.js';

/**
 * Ends in Temporal what a test file has left open. The files of one process of jest share a server, and a core takes up
 * what it finds there: with another database it would make rows for it, and scan libraries for its requests.
 */
export async function endRuns({ db, temporal }: Pick<JobsDeps, 'db' | 'temporal'>): Promise<void> {
  const { rows } = await db.query<{ id: string }>('select id from jobs where outcome_status is null');
  // Temporal lists a run some time after its start: those of the rows are known at once.
  const open = new Set(rows.map(({ id }) => id));
  for await (const { jobId } of temporal.openRuns()) open.add(jobId);
  await Promise.all([...open].map((id) => temporal.terminate(id, '', 'its test is over')));
}
