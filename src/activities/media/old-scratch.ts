import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../domain/faults.js';
import { endsOf, type JobEnd } from '../../store/job-ends.js';
import type { ActivityDeps } from '../deps.js';
import { removeScratch, scratchFolder } from './playback-scratch.js';

const HOUR_MS = 3_600_000;
/** A failed job may be retried, and an older copy of the database may know no more of one that runs (media.md §1.15). */
const KEPT_MS = 30 * 24 * HOUR_MS;

/**
 * Takes away the segments of encodes that nobody goes on with: of completed and cancelled jobs what a kill has left, of
 * failed and unknown ones after 30 days. Returns the jobs.
 */
export async function removeOldScratch(
  deps: Pick<ActivityDeps, 'db' | 'roots'>,
  { now = Date.now() }: { now?: number } = {},
): Promise<string[]> {
  const folder = scratchFolder(deps);
  const ids = await namesIn(folder);
  const ends = await endsOf(deps.db, ids);
  const removed: string[] = [];
  for (const id of ids) {
    const changedMs = (await stat(path.join(folder, id))).mtimeMs;
    if (!isOld(ends.get(id), { changedMs, now })) continue;
    await removeScratch(deps, id);
    removed.push(id);
  }
  return removed;
}

/** A disk that is away has nothing to take away. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
}

function isOld(end: JobEnd | undefined, { changedMs, now }: { changedMs: number; now: number }): boolean {
  if (end === undefined) return changedMs < now - KEPT_MS;
  switch (end.status) {
    case null:
      return false;
    case 'completed':
    case 'cancelled':
      return end.endedMs < now - HOUR_MS;
    case 'failed':
      return Math.max(end.endedMs, changedMs) < now - KEPT_MS;
  }
}
