import { WorkflowFailedError, type Client, type WorkflowExecutionStatusName } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';

import { isJobInput, isStepFailure, type JobInput, type StepFailure } from '../domain/jobs/job-input.js';
import { isNotFound } from './not-found.js';

/** How Temporal has a job's latest run. `chain`: the first run of its chain (jobs.md §1). */
export type Execution =
  | { state: 'unknown' }
  | { state: 'open'; runId: string; chain: string }
  | { state: 'closed'; runId: string; chain: string; status: WorkflowExecutionStatusName };

export interface ListedRun {
  jobId: string;
  runId: string;
  status: WorkflowExecutionStatusName;
}

/** Repeats nothing and waits for nothing: each call has the deadline of one. */
export type Soon = <Result>(call: () => Promise<Result>) => Promise<Result>;

export async function describe(client: Client, jobId: string, runId?: string): Promise<Execution> {
  try {
    const { raw, runId: found, status } = await client.workflow.getHandle(jobId, runId).describe();
    const chain = raw.workflowExecutionInfo?.firstRunId ?? found;
    return isOpen(status.name)
      ? { state: 'open', runId: found, chain }
      : { state: 'closed', runId: found, chain, status: status.name };
  } catch (error) {
    if (isNotFound(error)) return { state: 'unknown' };
    throw error;
  }
}

function isOpen(status: WorkflowExecutionStatusName): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}

const PAGE = 500;

/** Runs of our jobs, page by page. `fire` and strangers have no JobType. */
export async function* listRuns(client: Client, soon: Soon, condition: string): AsyncIterable<ListedRun> {
  const query = `(${condition}) and JobType is not null`;
  const executions = client.workflow.list({ query, pageSize: PAGE })[Symbol.asyncIterator]();
  for (;;) {
    const next = await soon(() => executions.next());
    if (next.done === true) return;
    const { workflowId: jobId, runId, status } = next.value;
    yield { jobId, runId, status: status.name };
  }
}

/** What a run was started with; undefined when it is not the input of a job of ours, told to that job's own workflow. */
export async function startInput(
  client: Client,
  { jobId, runId, namespace }: { jobId: string; runId: string; namespace: string },
): Promise<JobInput | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId: jobId, runId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const payload = started?.input?.payloads?.[0];
  if (payload === undefined) return undefined;
  const input: unknown = client.options.loadedDataConverter.payloadConverter.fromPayload(payload);
  const ours = isJobInput(input) && input.jobId === jobId && input.type === started?.workflowType?.name;
  return ours ? input : undefined;
}

export type RunEnd = { result: unknown } | { failure: StepFailure };

/** What a closed run came to, from Temporal itself: for a row that nobody told. */
export async function endOf(
  client: Client,
  { jobId, runId }: { jobId: string; runId: string },
): Promise<RunEnd> {
  try {
    return { result: await client.workflow.getHandle(jobId, runId, { followRuns: false }).result() };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { failure: failureOf(error.cause) };
    throw error;
  }
}

function failureOf(cause: unknown): StepFailure {
  if (cause instanceof TerminatedFailure)
    return { kind: 'terminated', message: 'It was terminated in Temporal' };
  if (cause instanceof CancelledFailure) return { kind: 'cancelled', message: 'It was cancelled' };
  if (cause instanceof ApplicationFailure) {
    const told: unknown = cause.details?.[0];
    return isStepFailure(told) ? told : { kind: cause.type ?? 'transient', message: cause.message };
  }
  return { kind: 'ended_in_temporal', message: cause instanceof Error ? cause.message : String(cause) };
}

/** The words of the last failed workflow task: why a run cannot go on. */
export async function lastTaskFailure(
  client: Client,
  { jobId, runId, namespace }: { jobId: string; runId: string; namespace: string },
): Promise<string> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId: jobId, runId },
    maximumPageSize: 10,
  });
  const failed = history?.events?.find((event) => event.workflowTaskFailedEventAttributes != null);
  return (
    failed?.workflowTaskFailedEventAttributes?.failure?.message ?? 'its workflow task fails again and again'
  );
}
