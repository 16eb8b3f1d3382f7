import type { Client } from '@temporalio/client';

/** TASK_QUEUE_TYPE_ACTIVITY: workflow tasks of the same name are another queue. */
const ACTIVITY = 2;

/**
 * Rate 0 stops the dispatch at once, keeps what waits in its order, and survives the server's death; without a rate
 * the limit is gone, and the first task starts about 1 s later (measured; jobs.md §5).
 */
export async function limitQueue(
  client: Client,
  limit: { namespace: string; queue: string; paused: boolean; reason: string },
): Promise<void> {
  const { namespace, queue, paused, reason } = limit;
  await client.workflowService.updateTaskQueueConfig({
    namespace,
    identity: 'longplay',
    taskQueue: queue,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the SDK does not hand out this enum
    taskQueueType: ACTIVITY,
    updateQueueRateLimit: paused ? { rateLimit: { requestsPerSecond: 0 }, reason } : { reason },
  });
}
