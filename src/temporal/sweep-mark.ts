import type { Client } from '@temporalio/client';

const keyOf = (database: string): string => `longplay.swept.${database}`;
/** gRPC's PERMISSION_DENIED and UNIMPLEMENTED: a namespace that others administer. */
const NOT_OURS = [7, 12];

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
    if (isNotOurs(error)) return false;
    throw error;
  }
}

function isNotOurs(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'number' &&
    NOT_OURS.includes(error.code)
  );
}
