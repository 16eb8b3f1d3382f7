import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { WorkflowIdReusePolicy, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import { Fault } from '../domain/faults.js';
import type { JobInput } from '../domain/jobs/job-input.js';
import { searchAttributesOf } from '../domain/jobs/search-attributes.js';
import { movePending, pendingActivities } from './activities.js';
import {
  describe,
  endOf,
  lastTaskFailure,
  listRuns,
  startInput,
  type Execution,
  type ListedRun,
  type RunEnd,
} from './executions.js';
import { isNotFound } from './not-found.js';
import { readMark, writeMark } from './sweep-mark.js';
import { createScheduleGateway, type ScheduleGateway } from './schedules.js';
import { limitQueue } from './task-queues.js';

export type { Execution, ListedRun } from './executions.js';

/** Every call has this deadline; the SDK's retry loop may overshoot it by 2 s (temporal.md §4). */
const DEADLINE_MS = 3_000;

/** All that Longplay asks of Temporal, outside of workflows and workers. */
export interface TemporalGateway {
  /** `already` when a run of this id is open, or for round 1 was ever started: it is ours. */
  start(input: JobInput): Promise<'started' | 'already'>;
  describe(jobId: string, runId?: string): Promise<Execution>;
  /** What the run was started with, where it is a job's. */
  startInput(jobId: string, runId: string): Promise<JobInput | undefined>;
  /** What a closed run came to. */
  endOf(jobId: string, runId: string): Promise<RunEnd>;
  /** false when no run of this id is open. */
  signal(jobId: string, signal: string, args: unknown[]): Promise<boolean>;
  /**
   * What the run answers, once it has taken the update up.
   * @throws Fault superseded with the run's own words when it refuses, gone when no run of this id is open.
   */
  update(jobId: string, update: string, arg: unknown): Promise<unknown>;
  /** false when no such run is open. The reason is kept in Temporal's history. */
  cancel(jobId: string, runId?: string, reason?: string): Promise<boolean>;
  /** Ids of the activities that Temporal has for the open run; undefined when none is open. */
  pendingActivities(jobId: string): Promise<string[] | undefined>;
  /** Moves what waits in a queue; returns how many activities. */
  movePending(jobId: string, priority: number): Promise<number>;
  /** Stops the dispatch of a queue's activities, or lets it go on. */
  limitQueue(limit: { queue: string; paused: boolean; reason: string }): Promise<void>;
  openRuns(): AsyncIterable<ListedRun>;
  closedSince(since: Date): AsyncIterable<ListedRun>;
  /** Open runs whose workflow task fails again and again. */
  stuckRuns(): AsyncIterable<ListedRun>;
  /** Why it does. */
  lastTaskFailure(jobId: string, runId: string): Promise<string>;
  /** Open runs of which somebody has paused an activity in Temporal itself. */
  pausedRuns(): AsyncIterable<ListedRun>;
  /** false when no such run is open. Nothing of it is undone. */
  terminate(jobId: string, runId: string, reason: string): Promise<boolean>;
  /** When this database's rows were last told to Temporal's namespace; undefined where nobody has. */
  sweepMark(database: string): Promise<Date | undefined>;
  /** Kept beside the runs, outside of Postgres; false where we may not write it. */
  recordSweepMark(database: string, at: Date): Promise<boolean>;
  /** Another id under the same name is another Temporal, or one that lost its store. */
  namespaceId(): Promise<string>;
  schedules: ScheduleGateway;
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
  const { namespace } = options;
  const connection = Connection.lazy({
    address: options.address,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.tls === true ? { tls: true } : {}),
  });
  const client = new Client({ connection, namespace });
  const inFlight = new Set<Promise<unknown>>();
  const soon = <Result>(call: () => Promise<Result>): Promise<Result> => {
    const answer = asFault(connection.withDeadline(Date.now() + DEADLINE_MS, call));
    inFlight.add(answer);
    const done = (): boolean => inFlight.delete(answer);
    answer.then(done, done);
    return answer;
  };
  const list = (condition: string): AsyncIterable<ListedRun> => listRuns(client, soon, condition);
  return {
    start: (input) => soon(() => startWorkflow(client, input)),
    describe: (jobId, runId) => soon(() => describe(client, jobId, runId)),
    startInput: (jobId, runId) => soon(() => startInput(client, { jobId, runId, namespace })),
    endOf: (jobId, runId) => soon(() => endOf(client, { jobId, runId })),
    signal: (jobId, signal, args) =>
      soon(() => unlessGone(client.workflow.getHandle(jobId).signal(signal, ...args))),
    update: (jobId, update, arg) => soon(() => updateRun(client, { jobId, update, arg })),
    cancel: (jobId, runId, reason) =>
      soon(() =>
        unlessGone(
          client.workflowService.requestCancelWorkflowExecution({
            namespace,
            identity: 'longplay',
            workflowExecution: { workflowId: jobId, ...(runId === undefined ? {} : { runId }) },
            ...(reason === undefined ? {} : { reason }),
          }),
        ),
      ),
    terminate: (jobId, runId, reason) =>
      soon(() => unlessGone(client.workflow.getHandle(jobId, runId).terminate(reason))),
    sweepMark: (database) => soon(() => readMark(client, { namespace, database })),
    recordSweepMark: (database, at) => soon(() => writeMark(client, { namespace, database, at })),
    pendingActivities: (jobId) => soon(() => pendingActivities(client, jobId)),
    movePending: (jobId, priority) => soon(() => movePending(client, { jobId, priority, namespace })),
    limitQueue: (limit) => soon(() => limitQueue(client, { ...limit, namespace })),
    openRuns: () => list(`ExecutionStatus in ('Running', 'Paused')`),
    closedSince: (since) => list(`CloseTime > '${since.toISOString()}'`),
    stuckRuns: () => list(`ExecutionStatus = 'Running' and TemporalReportedProblems is not null`),
    lastTaskFailure: (jobId, runId) => soon(() => lastTaskFailure(client, { jobId, runId, namespace })),
    pausedRuns: () => list(`ExecutionStatus = 'Running' and TemporalPauseInfo is not null`),
    namespaceId: () =>
      soon(
        async () => (await client.workflowService.describeNamespace({ namespace })).namespaceInfo?.id ?? '',
      ),
    schedules: createScheduleGateway(client, soon),
    healthy: () =>
      soon(() => connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      ),
    close: async () => {
      // A call that the SDK tries again on a closed connection throws where nobody can catch it.
      await Promise.allSettled(inFlight);
      await connection.close();
    },
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

async function updateRun(
  client: Client,
  { jobId, update, arg }: { jobId: string; update: string; arg: unknown },
): Promise<unknown> {
  try {
    return await client.workflow.getHandle(jobId).executeUpdate<unknown, [unknown]>(update, { args: [arg] });
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw new Fault('superseded', error.cause?.message ?? error.message, { cause: error });
    }
    if (isNotFound(error)) throw new Fault('gone', `No run of ${jobId} is open`, { cause: error });
    throw error;
  }
}

async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function asFault<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('environment', 'Expected the Temporal server to answer, but it did not take the call', {
      waitingReason: 'temporal_unavailable',
      remedy: 'Check that the Temporal server runs and that TEMPORAL_ADDRESS is right',
      cause: error,
    });
  }
}
