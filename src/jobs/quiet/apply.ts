import { Fault } from '../../domain/faults.js';
import { isQueue, PAUSABLE_QUEUES } from '../../domain/jobs/policy.js';
import {
  isQuiet,
  QUIET_RULES,
  quietDetail,
  type QuietFacts,
  type QuietRule,
} from '../../domain/jobs/quiet.js';
import {
  beginScope,
  disturbing,
  endScope,
  forgetQuietPauses,
  listQuietRules,
  pausedByRules,
  quietScopes,
  recordQuiet,
  recordQuietPause,
  type QuietScope,
} from '../../store/quiet.js';
import { listQueueRows } from '../../store/queues.js';
import type { JobsDeps } from '../deps.js';
import { pauseQueue, resumeQueue } from '../queues.js';
import { makeWish } from '../wish.js';

type QuietDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

const DOWNLOADS: QuietScope = 'downloads';

/**
 * Brings queues, jobs and downloads to what the rules say now. A person who resumes a queue or a job meanwhile is not
 * overruled until the rules have let go of it; what a person had paused before stays paused after them.
 */
export async function applyQuiet(deps: QuietDeps, facts: QuietFacts): Promise<void> {
  const wanted = await judgeRules(deps, facts);
  const held = await quietScopes(deps.db);
  for (const [scope, reason] of wanted) if (!held.has(scope)) await begin(deps, scope, reason);
  for (const scope of wanted.keys()) await pauseJobs(deps, scope);
  for (const [scope, { ours }] of held) if (!wanted.has(scope)) await end(deps, scope, ours);
}

/** What shall stand still, with the reason for people. */
async function judgeRules({ db }: QuietDeps, facts: QuietFacts): Promise<Map<QuietScope, string>> {
  const wanted = new Map<QuietScope, string>();
  for (const rule of await listQuietRules(db)) {
    const holds = rule.enabled && isQuiet(rule, facts, rule.quietSince !== null);
    const detail = holds ? quietDetail(rule, facts) : null;
    await recordQuiet(db, rule.id, detail);
    if (detail === null) continue;
    for (const scope of scopesOf(rule)) if (!wanted.has(scope)) wanted.set(scope, detail);
  }
  return wanted;
}

function scopesOf({ queues, downloads }: QuietRule): QuietScope[] {
  return [...queues.filter((queue) => PAUSABLE_QUEUES.includes(queue)), ...(downloads ? [DOWNLOADS] : [])];
}

async function begin(deps: QuietDeps, scope: QuietScope, reason: string): Promise<void> {
  if (!isQueue(scope)) return beginScope(deps.db, scope, true);
  const isPaused = (await listQueueRows(deps.db)).get(scope)?.pausedAt != null;
  await beginScope(deps.db, scope, !isPaused);
  if (!isPaused) await pauseQueue(deps, { queue: scope, by: QUIET_RULES, reason });
}

async function pauseJobs(deps: QuietDeps, scope: QuietScope): Promise<void> {
  // A person has resumed the queue: what runs there is their wish.
  if (isQueue(scope) && (await listQueueRows(deps.db)).get(scope)?.pausedAt == null) return;
  for (const jobId of await disturbing(deps.db, scope)) {
    await recordQuietPause(deps.db, jobId, scope);
    await wish(deps, jobId, 'pause');
  }
}

async function end(deps: QuietDeps, scope: QuietScope, ours: boolean): Promise<void> {
  if (isQueue(scope) && ours) {
    const row = (await listQueueRows(deps.db)).get(scope);
    if (row?.pausedBy === QUIET_RULES) await resumeQueue(deps, scope);
  }
  for (const jobId of await pausedByRules(deps.db, scope, QUIET_RULES)) await wish(deps, jobId, 'resume');
  await forgetQuietPauses(deps.db, scope);
  await endScope(deps.db, scope);
}

async function wish(deps: QuietDeps, jobId: string, kind: 'pause' | 'resume'): Promise<void> {
  try {
    await makeWish(deps, { jobId, kind, madeBy: QUIET_RULES });
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Fault) || (error.kind !== 'superseded' && error.kind !== 'gone')) throw error;
  }
}
