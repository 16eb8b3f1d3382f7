import type { LibrarySteps } from '../../activities/acquisition/library-steps.js';
import type { MatchResult } from '../../domain/acquisition/match-result.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { Job } from '../jobs/job.js';

export interface MatchLibraryParams {
  libraryId: string;
  item: MediaItem;
  writtenPath?: string;
  requestId?: string;
}

export async function match_library(job: Job<MatchLibraryParams>): Promise<MatchResult> {
  return job.steps<LibrarySteps>().matchItem(job.params);
}
