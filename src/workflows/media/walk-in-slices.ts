import type { ScanResult, ScanSlice, ScanSteps } from '../../activities/media/scan-steps.js';
import type { Job } from '../jobs/job.js';

interface Reached {
  slices: number;
  walk: NonNullable<ScanSlice['walk']>;
}

/** Slice by slice, each of which gives others their turn in the queue; a large tree goes on in new runs. */
export async function walkInSlices(job: Job, scan: Omit<ScanSlice, 'walk'>): Promise<ScanResult> {
  const steps = job.steps<ScanSteps>();
  let reached = job.input.carried?.state as Reached | undefined;
  for (;;) {
    const occurrence: number = (reached?.slices ?? 0) + 1;
    const from = reached === undefined ? scan : { ...scan, walk: reached.walk };
    const answer = await steps.scanVideos(from, { occurrence });
    if ('result' in answer) return answer.result;
    reached = { slices: occurrence, walk: answer.walk };
    await job.continueIfLong(reached);
  }
}
