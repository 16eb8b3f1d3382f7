import { WorkflowNotFoundError } from '@temporalio/client';

import { grpcStatusOf, NOT_FOUND } from './grpc-status.js';

/** The run, or the activity, is not there: it was never, or it has ended. */
export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || grpcStatusOf(error) === NOT_FOUND;
}
