import type { JobInput } from '../domain/jobs/job-input.js';
import { insertRepair } from '../store/repairs.js';
import { claimRound, type Claim, type ClaimAnswer } from '../store/runs.js';
import { raiseRound } from '../store/jobs.js';
import type { JobsDeps } from './deps.js';
import { rebuildFrom } from './rebuild.js';

/**
 * The first thing that a run does. A row that does not know of this round yet comes from an older copy of the
 * database: it is made anew, or brought up to its run, which Temporal would not have without us (jobs.md §4, (d)).
 */
export async function claimRun(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'catalogue' | 'log'>,
  { input, ...claim }: Claim & { input: JobInput },
): Promise<ClaimAnswer> {
  const claimed = await claimRound(deps.db, claim);
  switch (claimed) {
    case 'missing':
      if ((await rebuildFrom(deps, input, undefined)) === undefined)
        return { granted: false, reason: `no job type "${input.type}" is known`, paused: false };
      break;
    case 'behind':
      await raiseRound(deps.db, claim);
      await insertRepair(deps.db, {
        jobId: claim.jobId,
        kind: 'row_caught_up',
        detail: `a run of round ${claim.round} began, which the row did not know of`,
      });
      break;
    default:
      return claimed;
  }
  const again = await claimRound(deps.db, claim);
  if (again === 'missing' || again === 'behind')
    return { granted: false, reason: `the row is ${again}`, paused: false };
  return again;
}
