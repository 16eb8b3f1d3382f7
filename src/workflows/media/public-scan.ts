import type { ScanResult } from '../../activities/media/scan-steps.js';
import type { Job } from '../jobs/job.js';
import type { ScanParams } from './scan.js';
import { walkInSlices } from './walk-in-slices.js';

export async function public_scan(job: Job<ScanParams & { proposeReencode: boolean }>): Promise<ScanResult> {
  const { directoryType, proposeReencode, ...rules } = job.params;
  const reencode = { propose: proposeReencode };
  return walkInSlices(job, { root: 'public', folder: directoryType, reencode, ...rules });
}
