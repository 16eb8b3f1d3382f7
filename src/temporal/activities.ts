import type { Client } from '@temporalio/client';

import { isNotFound } from './not-found.js';

/** temporal.api.enums.v1.PendingActivityState: waits for a slot, or for its next retry. */
const SCHEDULED = 1;

interface Pending {
  id: string;
  state: number;
}

/** Ids of the activities that Temporal still has for a job's open run; undefined when none is open. */
export async function pendingActivities(client: Client, jobId: string): Promise<string[] | undefined> {
  return (await pendingOf(client, jobId))?.map(({ id }) => id);
}

/**
 * Moves what waits within its queue; what runs stays. Never by cancel and a new schedule: a run cannot see whether
 * its activity has started (jobs.md §5). The one place that uses UpdateActivityOptions.
 */
export async function movePending(
  client: Client,
  { jobId, priority, namespace }: { jobId: string; priority: number; namespace: string },
): Promise<number> {
  const waiting = (await pendingOf(client, jobId))?.filter(({ state }) => state === SCHEDULED) ?? [];
  let moved = 0;
  for (const { id } of waiting) if (await moveOne(client, { jobId, id, priority, namespace })) moved += 1;
  return moved;
}

async function moveOne(
  client: Client,
  { jobId, id, priority, namespace }: { jobId: string; id: string; priority: number; namespace: string },
): Promise<boolean> {
  try {
    await client.workflowService.updateActivityOptions({
      namespace,
      identity: 'longplay',
      execution: { workflowId: jobId },
      id,
      activityOptions: { priority: { priorityKey: priority } },
      updateMask: { paths: ['priority.priority_key'] },
    });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function pendingOf(client: Client, jobId: string): Promise<Pending[] | undefined> {
  try {
    const { raw, status } = await client.workflow.getHandle(jobId).describe();
    if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return undefined;
    return (raw.pendingActivities ?? []).map(({ activityId, state }) => ({
      id: activityId ?? '',
      state: Number(state),
    }));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
