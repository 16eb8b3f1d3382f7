import type { Client } from '@temporalio/client';

import { grpcStatusOf, PERMISSION_DENIED, UNIMPLEMENTED } from './grpc-status.js';

const keyOf = (database: string): string => `longplay.swept.${database}`;

/** A time in the data of the namespace: the one place beside the runs that outlives our database. */
export async function readMark(
  client: Client,
  { namespace, database }: { namespace: string; database: string },
): Promise<Date | undefined> {
  const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
  const told = namespaceInfo?.data?.[keyOf(database)];
  const at = new Date(told ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

export async function writeMark(
  client: Client,
  { namespace, database, at }: { namespace: string; database: string; at: Date },
): Promise<boolean> {
  try {
    await client.workflowService.updateNamespace({
      namespace,
      updateInfo: { data: { [keyOf(database)]: at.toISOString() } },
    });
    return true;
  } catch (error) {
    const status = grpcStatusOf(error);
    // A namespace that others administer.
    if (status === PERMISSION_DENIED || status === UNIMPLEMENTED) return false;
    throw error;
  }
}
