import { condition, workflowInfo } from '@temporalio/workflow';

import { fact } from '../jobs/fact.js';
import type { RequestStory } from './request-story.js';

/** Weeks cost nothing. A refusal ends the job as cancelled, and the request as denied. */
export async function awaitApproval(story: RequestStory): Promise<void> {
  const { job, steps, decisions, requestId } = story;
  await story.become('awaiting_approval', null);
  await story.waitFor('approval', 'somebody has to approve it', () => decisions.has('approve', 'deny'));
  const denied = decisions.take('deny');
  if (denied === undefined) {
    const approved = decisions.take('approve');
    await steps.recordApproval({ requestId, ...approved });
    return story.become('pending', 'approved', approved?.decisionId);
  }
  await story.become('denied', null, denied.decisionId);
  await fact('cancelOwnRun', { jobId: job.id, runId: workflowInfo().runId });
  // The server's cancel ends this wait.
  await condition(() => false);
}
