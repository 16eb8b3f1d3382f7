import { addToClient } from '../activities/acquisition/add-to-client.js';
import { logicalDirectory, unmappedDirectory } from '../activities/acquisition/client-paths.js';
import { accessToFiles } from '../activities/acquisition/file-access.js';
import { hasDuty } from '../activities/acquisition/end-duty.js';
import { giveBackDownload } from '../activities/acquisition/give-back.js';
import type { ActivityDeps } from '../activities/deps.js';
import type { DownloadItem, FileAccess } from '../domain/acquisition/download.js';
import type { DownloadTransition } from '../domain/acquisition/download-transition.js';
import {
  afterHandOver,
  NEW_POLL_FACTS,
  pollDownload,
  type PollFacts,
} from '../domain/acquisition/poll-download.js';
import { uploadedIn } from '../domain/acquisition/poll-seeding.js';
import { stallLimits } from '../domain/acquisition/stall-clock.js';
import { Fault } from '../domain/faults.js';
import { TooLate, withDeadline } from '../integrations/deadline.js';
import { coOwner } from '../store/acquisition/downloads.js';
import { recordDirectory, recordPoll, type PolledDownload } from '../store/acquisition/polled-downloads.js';
import type { DownloadClientRow } from '../store/acquisition/download-clients.js';
import { followDuty, hasNothingToSeed } from './poll-duty.js';
import { offerParked } from './poll-parked.js';
import { tellJob } from './poll-tell.js';

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
  const isParked = download.parkedAt !== null;
  const rests = download.paused || isParked;
  // While it is added its own step is in charge.
  const begun = download.begunAt !== null && download.state !== 'adding';
  const polled = pollDownload({ item, facts, nowMs: Date.now(), clientRestarted, rests, begun, limits });
  const isAddedAgain = polled.addAgain && !(await hasNothingToSeed(deps, poll));
  const judged = isAddedAgain
    ? afterHandOver(polled, { refusal: await addAgain(deps, poll), nowMs: Date.now() })
    : polled;
  await recordPoll(deps.db, {
    id: download.id,
    jobId: download.jobId,
    state: judged.state,
    active: judged.active && !rests,
    item,
    uploadedBytes: uploadedIn(judged.facts.seeding),
    pollFacts: judged.facts,
    progressed: judged.progressed,
    detail: rests ? null : judged.detail,
  });
  // Its folder is another by now than the list has told, or will be once its own step has added it.
  if (isForgotten(item) && download.begunAt !== null && (isAddedAgain || !begun)) return;
  if (hasDuty(download)) return followDuty(deps, { ...poll, facts: judged.facts });
  const lost = await followDirectory(deps, poll);
  if (isParked) return offerParked(deps, download, judged);
  const isDone = judged.transition?.kind === 'complete';
  await tellJob(deps, download, isDone && lost !== undefined ? heldFor(lost) : judged.transition);
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

/**
 * With a check of what is on disk, so that bytes that are there are not fetched again. What its source says against it,
 * or a disk that is away, is no trouble of the client's: it, and all that it has, is polled on.
 */
async function addAgain(
  deps: ActivityDeps,
  { download, item, signal }: OnePoll,
): Promise<DownloadTransition | undefined> {
  const about = { jobId: download.jobId, downloadId: download.id };
  const access = await askSource(deps, download.id, signal);
  if (access instanceof Fault) {
    deps.log.warn(
      { ...about, err: access },
      'a download cannot be given to its client again: its source refuses',
    );
    return refusalOf(access);
  }
  const afterFault = item !== undefined && !isForgotten(item);
  deps.log.warn(about, whyAgain(item));
  const handing = { resume: true, afterFault, access, signal, fence: () => Promise.resolve() };
  return addToClient(deps, download.id, handing).then(
    () => undefined,
    (error: unknown) => (isForgotten(item) ? refusalOfClient(error) : refusalOfDisk(error)),
  );
}

/** No tag of anybody is on it, where its client carries tags. */
function isForgotten(item: DownloadItem | undefined): boolean {
  return item?.owners?.length === 0;
}

function whyAgain(item: DownloadItem | undefined): string {
  if (item === undefined) return 'the client lost a download; it gets it again';
  if (isForgotten(item)) return 'the client forgot whose a download is; it is told again';
  return 'what held a download may have passed; it goes on';
}

/** @throws whatever else it was. */
function refusalOfDisk(error: unknown): DownloadTransition {
  const reason = error instanceof Fault ? error.waitingReason : undefined;
  if (!(error instanceof Fault) || (reason !== 'mount_gone' && reason !== 'disk_full')) throw error;
  return { kind: 'held', reason, detail: withRemedy(error) };
}

/** It moves the files to their folder, which may take longer than a poll: the client does answer. */
function refusalOfClient(error: unknown): DownloadTransition {
  if (!(error instanceof Fault) || error.kind !== 'transient') return refusalOfDisk(error);
  return { kind: 'held', reason: 'client_trouble', detail: withRemedy(error) };
}

/** A source that is slow must not keep the client's other downloads from being seen. */
const SOURCE_MS = 5_000;

async function askSource(
  deps: ActivityDeps,
  downloadId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileAccess> | Fault> {
  try {
    return await withDeadline({ signal, timeoutMs: SOURCE_MS }, (bounded) =>
      accessToFiles(deps, downloadId, bounded),
    );
  } catch (error) {
    // Our own database, and our own mistakes, are no word of the source.
    if (error instanceof Fault && error.kind !== 'environment' && error.kind !== 'defect') return error;
    if (!(error instanceof TooLate)) throw error;
    return new Fault('transient', `The source did not answer within ${SOURCE_MS / 1_000} s`, {
      cause: error,
    });
  }
}

function refusalOf(fault: Fault): DownloadTransition {
  const { kind, message } = fault;
  if (kind === 'gone' || kind === 'release_fault') return { kind: 'release_fault', detail: message };
  const reason = kind === 'credentials' ? 'decision_needed' : 'indexer_backoff';
  return { kind: 'held', reason, detail: withRemedy(fault) };
}

function withRemedy({ message, remedy }: Fault): string {
  return remedy === undefined ? message : `${message}. ${remedy}`;
}
