import type { JobInput } from '../domain/jobs/job-input.js';
import { insertRepair } from '../store/repairs.js';
import { claimRound, type Claim, type ClaimAnswer } from '../store/runs.js';
import { raiseRound } from '../store/jobs.js';
import type { JobsDeps } from './deps.js';
import { adoptRun } from './adopt.js';
import { rebuildFrom } from './rebuild.js';

/**
 * The first thing that a run does. A row that does not know of this round yet comes from an older copy of the
 * database: it is made anew, or brought up to its run, which Temporal would not have without us (jobs.md §4, (d)); and
 * a chain that claims again after its end was reset (f).
 */
export async function claimRun(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'catalogue' | 'log'>,
  { input, ...claim }: Claim & { input: JobInput },
): Promise<ClaimAnswer> {
  const claimed = await claimRound(deps.db, claim);
  switch (claimed) {
    case 'missing':
      if ((await rebuildFrom(deps, input, undefined)) === undefined)
        return refused(`no job type "${input.type}" is known`);
      break;
    case 'behind':
      await raiseRound(deps.db, claim);
      await insertRepair(deps.db, {
        jobId: claim.jobId,
        kind: 'row_caught_up',
        detail: `a run of round ${claim.round} began, which the row did not know of`,
      });
      break;
    case 'ended':
      if (!(await adoptRun(deps, claim)))
        return { ...refused('the job has ended, and may not go on'), cancelled: true };
      break;
    default:
      return claimed;
  }
  const again = await claimRound(deps.db, claim);
  return typeof again === 'string' ? refused(`the row is ${again}`) : again;
}

function refused(reason: string): Extract<ClaimAnswer, { granted: false }> {
  return { granted: false, reason, paused: false, cancelled: false };
}
