import { condition, defineSignal, setHandler } from '@temporalio/workflow';

import type { DownloadSteps } from '../../activities/acquisition/download-steps.js';
import type { DownloadTransition } from '../../domain/acquisition/download-transition.js';
import type { Job } from '../jobs/job.js';

export interface MonitorDownloadParams {
  searchId: string;
  candidate: number;
  requestId?: string;
}

export interface MonitorDownloadResult {
  outcome: 'complete' | 'stalled' | 'release_fault' | 'removed';
  downloadId: string;
  detail: string;
}

const transitionSignal = defineSignal<[DownloadTransition]>('downloadTransition');

/** The intent first, then the client; then the poller tells what becomes of it. */
export async function monitor_download(job: Job<MonitorDownloadParams>): Promise<MonitorDownloadResult> {
  const told: DownloadTransition[] = [];
  setHandler(transitionSignal, (transition) => {
    told.push(transition);
  });
  const { planDownload, startDownload } = job.steps<DownloadSteps>();
  const { round } = job.input;
  const occurrence = round;
  const { downloadId } = await planDownload({ ...job.params, round }, { occurrence });
  job.compensation.push('stopDownload', { downloadId, round });
  await startDownload({ downloadId }, { occurrence });
  for (;;) {
    await condition(() => told.length > 0);
    const transition = told.shift();
    if (transition === undefined) continue;
    const end = await follow(job, { transition, downloadId, more: () => told.length > 0 });
    if (end !== undefined) return end;
  }
}

async function follow(
  job: Job<MonitorDownloadParams>,
  {
    transition,
    downloadId,
    more,
  }: { transition: DownloadTransition; downloadId: string; more: () => boolean },
): Promise<MonitorDownloadResult | undefined> {
  const { detail } = transition;
  switch (transition.kind) {
    case 'complete':
      return { outcome: 'complete', downloadId, detail };
    case 'stalled':
      return { outcome: 'stalled', downloadId, detail };
    case 'release_fault':
      return { outcome: 'release_fault', downloadId, detail };
    case 'removed':
      return { outcome: 'removed', downloadId, detail };
    case 'held':
      // retryNow cannot hasten the poller, which hands it over again by itself; so the reason stays.
      while (!more()) await job.wait({ reason: transition.reason, detail, until: more });
      return undefined;
    case 'moving':
      return undefined;
  }
}
