import type { ScanResult } from '../../activities/media/scan-steps.js';
import { scannedPlace } from '../../domain/media/scanned-place.js';
import type { Job } from '../jobs/job.js';
import { walkInSlices } from './walk-in-slices.js';

export interface ScanParams {
  directoryType: string;
  skipExisting: boolean;
  quietSeconds: number;
  batchSize: number;
}

export async function scan(job: Job<ScanParams>): Promise<ScanResult> {
  const { directoryType, ...rules } = job.params;
  return walkInSlices(job, { ...scannedPlace(directoryType), ...rules });
}
