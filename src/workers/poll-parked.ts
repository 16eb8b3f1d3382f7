import type { ActivityDeps } from '../activities/deps.js';
import type { PolledState } from '../domain/acquisition/poll-download.js';
import { OFFERED, releaseOfDownload } from '../store/acquisition/parked-downloads.js';
import { recordSignalled, type PolledDownload } from '../store/acquisition/polled-downloads.js';

/** It had stalled, and its job has ended; whole after all it goes to its request, which has found nothing better. */
export async function offerParked(
  deps: ActivityDeps,
  download: PolledDownload,
  { transition }: PolledState,
): Promise<void> {
  if (transition?.kind !== 'complete' || download.signalledState === OFFERED) return;
  const release = await releaseOfDownload(deps.db, download);
  if (release === undefined) return;
  if (await deps.temporal.signal(release.jobId, 'candidate', [release.found])) {
    deps.log.info({ jobId: release.jobId, downloadId: download.id }, 'a stalled download came after all');
    await recordSignalled(deps.db, download.id, OFFERED);
  }
}
