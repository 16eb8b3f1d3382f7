import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { WorkflowIdReusePolicy, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import { Fault } from '../domain/faults.js';
import type { JobInput } from '../domain/jobs/job-input.js';
import { searchAttributesOf } from '../domain/jobs/search-attributes.js';

/** Every call has this deadline; the SDK's retry loop may overshoot it by 2 s (temporal.md §4). */
const DEADLINE_MS = 3_000;

export type Execution =
  | { state: 'unknown' }
  | { state: 'open'; runId: string }
  | { state: 'closed'; runId: string; status: WorkflowExecutionStatusName; closedAt: Date | undefined };

/** All that Longplay asks of Temporal, outside of workflows and workers. */
export interface TemporalGateway {
  /** `already` when a run of this id is open, or for round 1 was ever started: it is ours. */
  start(input: JobInput): Promise<'started' | 'already'>;
  describe(jobId: string, runId?: string): Promise<Execution>;
  /** false when no run of this id is open. */
  signal(jobId: string, signal: string, args: unknown[]): Promise<boolean>;
  cancel(jobId: string, runId?: string): Promise<boolean>;
  /** Ids of our jobs that closed after `since`. */
  closedSince(since: Date): AsyncIterable<string>;
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

export interface TemporalOptions {
  address: string;
  namespace: string;
  apiKey?: string | undefined;
  tls?: boolean | undefined;
}

export function createTemporalGateway(options: TemporalOptions): TemporalGateway {
  const connection = Connection.lazy({
    address: options.address,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.tls === true ? { tls: true } : {}),
  });
  const client = new Client({ connection, namespace: options.namespace });
  const soon = <Result>(call: () => Promise<Result>): Promise<Result> =>
    asFault(connection.withDeadline(Date.now() + DEADLINE_MS, call));
  return {
    start: (input) => soon(() => startWorkflow(client, input)),
    describe: (jobId, runId) => soon(() => describe(client, jobId, runId)),
    signal: (jobId, signal, args) =>
      soon(() => unlessGone(client.workflow.getHandle(jobId).signal(signal, ...args))),
    cancel: (jobId, runId) => soon(() => unlessGone(client.workflow.getHandle(jobId, runId).cancel())),
    closedSince: (since) => closedSince(client, since, soon),
    healthy: () =>
      soon(() => connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      ),
    close: () => connection.close(),
  };
}

async function startWorkflow(client: Client, input: JobInput): Promise<'started' | 'already'> {
  try {
    await client.workflow.start(input.type, {
      workflowId: input.jobId,
      taskQueue: 'workflows',
      args: [input],
      workflowIdReusePolicy:
        input.round === 1 ? WorkflowIdReusePolicy.REJECT_DUPLICATE : WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      priority: { priorityKey: input.priority },
      typedSearchAttributes: searchAttributesOf(input).map(([name, value]) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value,
      })),
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already';
    throw error;
  }
}

async function describe(client: Client, jobId: string, runId: string | undefined): Promise<Execution> {
  try {
    const description = await client.workflow.getHandle(jobId, runId).describe();
    const status = description.status.name;
    return status === 'RUNNING' || status === 'PAUSED'
      ? { state: 'open', runId: description.runId }
      : { state: 'closed', runId: description.runId, status, closedAt: description.closeTime };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { state: 'unknown' };
    throw error;
  }
}

async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Page by page: each has the deadline of a call of its own. */
async function* closedSince(
  client: Client,
  since: Date,
  soon: <Result>(call: () => Promise<Result>) => Promise<Result>,
): AsyncIterable<string> {
  const query = `CloseTime > "${since.toISOString()}" and JobType is not null`;
  const executions = client.workflow.list({ query })[Symbol.asyncIterator]();
  for (;;) {
    const next = await soon(() => executions.next());
    if (next.done === true) return;
    yield next.value.workflowId;
  }
}

async function asFault<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw new Fault('environment', 'Expected the Temporal server to answer, but it did not take the call', {
      waitingReason: 'temporal_unavailable',
      remedy: 'Check that the Temporal server runs and that TEMPORAL_ADDRESS is right',
      cause: error,
    });
  }
}
