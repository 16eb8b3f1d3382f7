import { proxyActivities } from '@temporalio/workflow';

const { note } = proxyActivities<{ note: () => Promise<number> }>({ startToCloseTimeout: '1 minute' });

/** The yardstick: what a workflow of one activity costs without anything of ours. */
export async function bare(): Promise<number> {
  return note();
}
