import { WorkflowNotFoundError } from '@temporalio/client';

/** gRPC's NOT_FOUND, which the SDK gives a class of its own in some of its calls only. */
const NOT_FOUND = 5;

/** The run, or the activity, is not there: it was never, or it has ended. */
export function isNotFound(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  return typeof error === 'object' && error !== null && 'code' in error && error.code === NOT_FOUND;
}
