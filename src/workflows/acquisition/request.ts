import { ApplicationFailure } from '@temporalio/workflow';

import type { Job } from '../jobs/job.js';
import { readFailure } from '../jobs/failure.js';
import { RequestStory } from './request-story.js';
import type { ReachedRequest, RequestParams, RequestResult } from './request-types.js';

/**
 * Approval, release date, search, walk of the candidates, filing, confirmation: until the library has the item or
 * somebody ends it (acquisition.md §7).
 */
export async function request(job: Job<RequestParams>): Promise<RequestResult> {
  const story = new RequestStory(job, job.input.carried?.state as ReachedRequest | undefined);
  await story.open();
  try {
    return await story.run();
  } catch (error) {
    if (error instanceof ApplicationFailure) await story.become('failed', readFailure(error).message);
    throw error;
  }
}
