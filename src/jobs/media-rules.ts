import { Fault, FAULTS } from '../domain/faults.js';
import { parseLogicalPath } from '../domain/logical-path.js';
import { ruleApplies, type MediaRule } from '../domain/media/media-rule.js';
import { directoryTypeOf, SCANNED_ROOTS } from '../domain/media/scanned-place.js';
import { isVideoName } from '../domain/media/video-name.js';
import { listLibraries } from '../store/acquisition/libraries.js';
import type { Queryable } from '../store/database.js';
import type { JobRow } from '../store/jobs.js';
import {
  beginRuleRun,
  countRuledJobs,
  endRuleRun,
  importsForRules,
  markRuled,
  recordFiled,
  videosForRules,
  type NewImport,
  type NewVideo,
} from '../store/media/ruled-videos.js';
import { listMediaRules } from '../store/media/rules.js';
import { insertNewJob } from './create.js';
import type { JobsDeps } from './deps.js';
import { startJob } from './start.js';

const MOST_AT_ONCE = 100;
/** An inbox of thousands is worked off: no video is begun with while so many jobs of rules are open. */
const MOST_OPEN = 200;

/** Who is noted as the creator of a rule's jobs. */
export function ruleIdentity(ruleId: string): string {
  return `rule ${ruleId}`;
}

/**
 * Starts what the rules say for new videos, once for each content however often it is called, and scans for those that
 * requests have filed.
 * @throws Fault environment while Postgres is away.
 */
export async function applyMediaRules(deps: JobsDeps): Promise<void> {
  const rules = await listMediaRules(deps.db);
  for (const filed of await importsForRules(deps.db, { limit: MOST_AT_ONCE })) {
    await noteFiled(deps, filed, { scan: rules.some((rule) => rule.enabled && rule.filed) });
  }
  let open = await countRuledJobs(deps.db, MOST_OPEN);
  for (const video of open < MOST_OPEN ? await videosForRules(deps.db, { limit: MOST_AT_ONCE }) : []) {
    if (open >= MOST_OPEN) return;
    open += await applyTo(deps, rules, video);
  }
}

async function noteFiled(
  deps: JobsDeps,
  { jobId, target, paths }: NewImport,
  { scan }: { scan: boolean },
): Promise<void> {
  const videos = paths.filter((place) => isVideoName(place.slice(place.lastIndexOf('/') + 1)));
  const directory = scan && videos.length > 0 ? await directoryOf(deps.db, target) : undefined;
  const job = await deps.db.transaction(async (tx) => {
    await recordFiled(tx, { jobId, videos });
    if (directory === undefined) return undefined;
    const { existed, job: made } = await insertNewJob(tx, deps, {
      // What an import has verified grows no more.
      ...{ type: 'scan', params: { directoryType: directory, quietSeconds: 0 } },
      ...{ createdBy: ruleIdentity('filed'), parentId: undefined },
    });
    return existed ? undefined : made;
  });
  if (job !== undefined) await startJob(deps, job);
}

/** The folder of the library, which has the marker of its disk; undefined for one that no scan reads. */
async function directoryOf(db: Queryable, target: string): Promise<string | undefined> {
  const above = (await listLibraries(db))
    .map(({ root }) => root)
    .filter((root) => target === root || target.startsWith(root.endsWith(':') ? root : `${root}/`))
    .sort((one, other) => other.length - one.length)[0];
  if (above === undefined) return undefined;
  const { root, relative } = parseLogicalPath(above);
  const scanned = SCANNED_ROOTS.find((known) => known === root);
  return scanned === undefined ? undefined : directoryTypeOf({ root: scanned, folder: relative });
}

/** Returns how many jobs it has made. */
async function applyTo(deps: JobsDeps, rules: readonly MediaRule[], video: NewVideo): Promise<number> {
  const made = await deps.db.transaction(async (tx) => {
    const jobs: JobRow[] = [];
    for (const rule of rules) {
      if (!ruleApplies(rule, video)) continue;
      const job = await follow(tx, deps, { rule, video });
      if (job !== undefined) jobs.push(job);
    }
    await markRuled(tx, video.id);
    return jobs;
  });
  // A start that fails is the sweeper's, as any other job's.
  for (const job of made) await startJob(deps, job);
  return made.length;
}

/** The job that a rule makes; undefined where there is one already, or none can be made. */
async function follow(
  tx: Queryable,
  deps: JobsDeps,
  { rule, video }: { rule: MediaRule; video: NewVideo },
): Promise<JobRow | undefined> {
  const run = { ruleId: rule.id, videoId: video.id, identity: video.identity };
  if (!(await beginRuleRun(tx, run))) return undefined;
  try {
    const { existed, job } = await insertNewJob(tx, deps, {
      ...{ type: rule.type, params: { ...rule.params, videoId: video.id } },
      ...{ priority: rule.priority ?? undefined, createdBy: ruleIdentity(rule.id), parentId: undefined },
    });
    await endRuleRun(tx, { ...run, jobId: job.id });
    return existed ? undefined : job;
  } catch (error) {
    // Such a fault comes before anything is written: a type that is gone, or params that it no longer takes.
    if (!(error instanceof Fault) || FAULTS[error.kind] !== 'never') throw error;
    await endRuleRun(tx, { ...run, refused: error.message });
    deps.log.warn({ rule: rule.id, err: error }, 'a rule of the media library starts no job');
    return undefined;
  }
}
