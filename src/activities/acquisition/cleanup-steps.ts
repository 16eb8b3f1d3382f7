import type { DownloadItem } from '../../domain/acquisition/download.js';
import { Fault } from '../../domain/faults.js';
import { openDownloads, type PolledDownload } from '../../store/acquisition/polled-downloads.js';
import { recordSeeded } from '../../store/acquisition/seeding-duties.js';
import { listDownloadClients, type DownloadClientRow } from '../../store/acquisition/download-clients.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { openClient } from './connect.js';
import { endDuty, hasDuty, judgeDuty } from './end-duty.js';
import { whyKept } from './why-kept.js';

export interface CleanedUp {
  removed: number;
  /** Their duty goes on, or to remove them would lose something. */
  kept: number;
  /** Clients that did not answer. */
  failed: string[];
  /** The first of them; the job's log has each. */
  details: { downloadId: string; title: string; removed: boolean; why: string }[];
}

/** A job's result is small (design §3). */
const MOST_DETAILS = 20;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Every open duty, not some (acquisition.md §8 no. 60). With `dryRun` it says what it would do, and does nothing. */
  cleanupSeeded: async ({ dryRun }: { dryRun: boolean }, step: StepContext): Promise<CleanedUp> => {
    const result: CleanedUp = { removed: 0, kept: 0, failed: [], details: [] };
    for (const client of await listDownloadClients(deps.db)) {
      try {
        await cleanUp(deps, { client, dryRun, step, result });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        result.failed.push(client.id);
        step.log('warn', `${client.name}: ${error.message}`);
      }
    }
    step.log('info', `${result.removed} ${dryRun ? 'would be' : 'were'} removed, ${result.kept} stay`);
    return result;
  },
}));

export type CleanupSteps = StepsOf<typeof steps>;

interface Cleanup {
  client: DownloadClientRow;
  dryRun: boolean;
  step: StepContext;
  result: CleanedUp;
}

async function cleanUp(deps: ActivityDeps, cleanup: Cleanup): Promise<void> {
  const { client, step, result } = cleanup;
  const owing = (await openDownloads(deps.db, client.id)).filter(hasDuty);
  if (owing.length === 0 || !client.enabled) return;
  const items = await openClient(deps, client).list(step.signal);
  const byId = new Map(items.map((item) => [item.clientItemId, item]));
  for (const download of owing) {
    step.signal.throwIfAborted();
    const item = byId.get(download.clientItemId);
    const { seconds, met, owed } = judgeDuty(download, item);
    await recordSeeded(deps.db, { downloadId: download.id, seconds, met });
    const why = owed === null ? await remove(deps, cleanup, download) : owes(owed, item);
    const removed = why === undefined;
    result[removed ? 'removed' : 'kept'] += 1;
    const detail = { downloadId: download.id, title: download.releaseTitle.slice(0, 100), removed };
    const told = { ...detail, why: why ?? 'its duty is met' };
    if (result.details.length < MOST_DETAILS) result.details.push(told);
    step.log('info', `${download.releaseTitle}: ${told.why}`, { downloadId: download.id, removed });
  }
}

function owes(owed: string, item: DownloadItem | undefined): string {
  return item === undefined ? `is in its client no more: ${owed}` : `is seeded on: ${owed}`;
}

/** Why it stays; undefined when it is given back. */
async function remove(
  deps: ActivityDeps,
  { dryRun, step }: Cleanup,
  download: PolledDownload,
): Promise<string | undefined> {
  const because = dryRun ? await whyKept(deps, download) : await removeNow(deps, download, step);
  return because === undefined ? undefined : `its duty is met, but ${because}`;
}

async function removeNow(
  deps: ActivityDeps,
  download: PolledDownload,
  step: StepContext,
): Promise<string | undefined> {
  await step.fence();
  return endDuty(deps, download, step.signal);
}
