import { readdir } from 'node:fs/promises';

import { endDuty, hasDuty, judgeDuty } from '../activities/acquisition/end-duty.js';
import { DOWNLOADS, rootState } from '../activities/acquisition/root-state.js';
import type { ActivityDeps } from '../activities/deps.js';
import type { DownloadItem } from '../domain/acquisition/download.js';
import type { PollFacts } from '../domain/acquisition/poll-download.js';
import { DAY_MS } from '../domain/durations.js';
import { errorCode } from '../domain/faults.js';
import { recordSeeded } from '../store/acquisition/seeding-duties.js';
import type { PolledDownload } from '../store/acquisition/polled-downloads.js';

interface DutyPoll {
  download: PolledDownload;
  item: DownloadItem | undefined;
  facts: PollFacts;
  trusted: boolean;
  signal: AbortSignal;
}

/** Longer than a disk or a client is away by mistake: what is given back too early was a hit and run. */
const REMOVED_AFTER_MS = DAY_MS;

/** The timer of one torrent (acquisition.md §4.6): once both numbers are met, the client may forget it. */
export async function followDuty(deps: ActivityDeps, poll: DutyPoll): Promise<void> {
  const { download, item, facts, signal } = poll;
  if (!hasDuty(download)) return;
  const about = { jobId: download.jobId, downloadId: download.id };
  if (item === undefined) {
    if (!poll.trusted || !isRemoved(facts)) return;
    if ((await endDuty(deps, download, signal)) === undefined)
      deps.log.warn(about, 'a download was removed from its client before its seeding duty was met');
    return;
  }
  const { seconds, met } = judgeDuty({ ...download, pollFacts: facts }, item);
  await recordSeeded(deps.db, { downloadId: download.id, seconds, met });
  if (!met || !poll.trusted) return;
  if ((await endDuty(deps, download, signal)) !== undefined) return;
  deps.log.info(about, 'a seeding duty was met: given back');
}

function isRemoved({ missingSinceMs }: PollFacts): boolean {
  return missingSinceMs !== null && Date.now() - missingSinceMs >= REMOVED_AFTER_MS;
}

/** What was filed is not fetched anew only to be seeded: somebody has removed it together with its data. */
export async function hasNothingToSeed(
  deps: Pick<ActivityDeps, 'db' | 'roots'>,
  { download, item }: Pick<DutyPoll, 'download' | 'item'>,
): Promise<boolean> {
  if (!hasDuty(download) || item !== undefined) return false;
  // While its disk is away nobody knows.
  if ((await rootState(deps, DOWNLOADS)).state === 'offline') return false;
  const names = await readdir(deps.roots.resolve(download.directory)).catch((error: unknown) =>
    errorCode(error) === 'ENOENT' ? [] : ['unreadable'],
  );
  return names.length === 0;
}
