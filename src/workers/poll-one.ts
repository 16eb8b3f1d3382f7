import { addToClient } from '../activities/acquisition/add-to-client.js';
import { logicalDirectory, unmappedDirectory } from '../activities/acquisition/client-paths.js';
import { endDuty, hasDuty, judgeDuty } from '../activities/acquisition/end-duty.js';
import { giveBackDownload } from '../activities/acquisition/give-back.js';
import type { ActivityDeps } from '../activities/deps.js';
import type { DownloadItem } from '../domain/acquisition/download.js';
import type { DownloadTransition } from '../domain/acquisition/download-transition.js';
import { NEW_POLL_FACTS, pollDownload, type PollFacts } from '../domain/acquisition/poll-download.js';
import { uploadedIn } from '../domain/acquisition/poll-seeding.js';
import { stallLimits } from '../domain/acquisition/stall-clock.js';
import { coOwner } from '../store/acquisition/downloads.js';
import {
  recordDirectory,
  recordPoll,
  recordSignalled,
  type PolledDownload,
} from '../store/acquisition/polled-downloads.js';
import { recordSeeded } from '../store/acquisition/seeding-duties.js';
import type { DownloadClientRow } from '../store/acquisition/download-clients.js';

interface OnePoll {
  client: DownloadClientRow;
  download: PolledDownload;
  item: DownloadItem | undefined;
  clientRestarted: boolean;
  trusted: boolean;
  signal: AbortSignal;
}

/** What one poll says of one download: its row, its duty, and its job when something has changed. */
export async function pollOne(deps: ActivityDeps, poll: OnePoll): Promise<void> {
  const { download, item } = poll;
  if (download.ownerless && poll.trusted) return giveBack(deps, poll, 'a download that nobody owns any more');
  if (item === undefined && !poll.trusted) return;
  // Until the add is known to have worked its own step is in charge, not the poller.
  if (download.state === 'adding' && item === undefined && !download.active) return;
  const facts = { ...NEW_POLL_FACTS, ...(download.pollFacts as Partial<PollFacts>) };
  const { clientRestarted, client } = poll;
  const limits = stallLimits(client.stallLimits);
  const judged = pollDownload({ item, facts, nowMs: Date.now(), clientRestarted, limits });
  if (judged.addAgain) await addAgain(deps, poll);
  await recordPoll(deps.db, {
    id: download.id,
    jobId: download.jobId,
    state: judged.state,
    active: judged.active && !download.paused,
    item,
    uploadedBytes: uploadedIn(judged.facts.seeding),
    pollFacts: judged.facts,
    progressed: judged.progressed,
    detail: download.paused ? null : judged.detail,
  });
  if (hasDuty(download)) return followDuty(deps, poll, judged.facts);
  const lost = await followDirectory(deps, poll);
  const isDone = judged.transition?.kind === 'complete';
  await tell(deps, poll, isDone && lost !== undefined ? heldFor(lost) : judged.transition);
}

async function tell(
  deps: ActivityDeps,
  { download }: OnePoll,
  transition: DownloadTransition | null,
): Promise<void> {
  if (transition === null) return;
  const key = transition.kind === 'held' ? `held ${transition.reason} ${transition.detail}` : transition.kind;
  if (key === download.signalledState) return;
  if (await deps.temporal.signal(download.jobId, 'downloadTransition', [transition])) {
    await recordSignalled(deps.db, download.id, key);
  }
}

/** The timer of one torrent (acquisition.md §4.6): once both numbers are met, the client may forget it. */
async function followDuty(deps: ActivityDeps, poll: OnePoll, facts: PollFacts): Promise<void> {
  const { download, item, signal } = poll;
  if (!hasDuty(download) || item === undefined) return;
  const { seconds, met } = judgeDuty({ ...download, pollFacts: facts }, item);
  await recordSeeded(deps.db, { downloadId: download.id, seconds, met });
  if (!met || !poll.trusted) return;
  if ((await endDuty(deps, download, signal)) !== undefined) return;
  deps.log.info({ jobId: download.jobId, downloadId: download.id }, 'a seeding duty was met: given back');
}

/**
 * Files may lie elsewhere than they were asked to: in a usenet client's own folder, where another download of the
 * same item has put them, or where somebody has who added it first. A sentence for a place that is none of ours.
 */
async function followDirectory(
  deps: ActivityDeps,
  { client, download, item }: OnePoll,
): Promise<string | undefined> {
  if (item?.directory === undefined) return undefined;
  const logical = logicalDirectory(deps, client, item.directory);
  const fault = logical === undefined ? unmappedDirectory(deps, client, item.directory) : null;
  const directory = logical ?? download.directory;
  if (directory !== download.directory || fault !== download.directoryFault) {
    const isForeign = directory !== download.directory && download.protocol === 'torrent';
    const adopted = isForeign && (await coOwner(deps.db, download))?.directory !== directory;
    await recordDirectory(deps.db, {
      id: download.id,
      directory,
      adopted: adopted || download.adopted,
      fault,
    });
  }
  return fault ?? undefined;
}

function heldFor(detail: string): DownloadTransition {
  return { kind: 'held', reason: 'mount_gone', detail };
}

async function giveBack(deps: ActivityDeps, { download, signal }: OnePoll, what: string): Promise<void> {
  deps.log.info({ jobId: download.jobId, downloadId: download.id }, `${what} is given back`);
  await giveBackDownload(deps, { downloadId: download.id, signal });
}

/** With a check of what is on disk, so that bytes that are there are not fetched again. */
async function addAgain(deps: ActivityDeps, { download, signal }: OnePoll): Promise<void> {
  deps.log.warn(
    { jobId: download.jobId, downloadId: download.id },
    'the client lost a download; it gets it again',
  );
  await addToClient(deps, download.id, { resume: true, signal, fence: () => Promise.resolve() });
}
