import type { ActivityDeps } from '../activities/deps.js';
import type { DownloadTransition } from '../domain/acquisition/download-transition.js';
import { reasonInWords } from '../domain/jobs/sentence.js';
import { isIssue } from '../domain/notices/event.js';
import { recordSignalled, type PolledDownload } from '../store/acquisition/polled-downloads.js';
import { writeRequestNotice } from '../store/notices/outbox.js';

/** Its job hears of each change once, and people of what holds it up. */
export async function tellJob(
  deps: ActivityDeps,
  download: PolledDownload,
  transition: DownloadTransition | null,
): Promise<void> {
  if (transition === null) return;
  const key = transition.kind === 'held' ? `held ${transition.reason} ${transition.detail}` : transition.kind;
  if (key === download.signalledState) return;
  if (!(await deps.temporal.signal(download.jobId, 'downloadTransition', [transition]))) return;
  await tellPeople(deps, download, transition);
  await recordSignalled(deps.db, download.id, key);
}

/** A person's own pause too: somebody else may wait for it (acquisition.md §4.2). */
async function tellPeople(
  { db }: ActivityDeps,
  { requestId }: PolledDownload,
  transition: DownloadTransition,
): Promise<void> {
  if (requestId === null || transition.kind !== 'held' || !isIssue(transition.reason)) return;
  const detail = `Its download waits ${reasonInWords(transition.reason)} (${transition.detail}).`;
  await db.transaction((tx) => writeRequestNotice(tx, { requestId, event: 'issue', detail }));
}
