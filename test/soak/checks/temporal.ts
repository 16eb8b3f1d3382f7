import { WorkflowNotFoundError } from '@temporalio/client';

import { query, type Check, type Evidence, type Violation } from './evidence.js';

const RULE = 'jobs.md §8 (1, 2)';

interface Row {
  id: string;
  status: string;
  run: string | null;
  chain: string | null;
}

/** Each row says what Temporal says of its claimed chain, and nothing of ours is open without a row. */
export const checkTemporal: Check = async (evidence) => {
  const rows = await query<Row>(
    evidence,
    `select id, status, coalesce(outcome_run, claimed_run) as run, claimed_chain as chain from jobs`,
  );
  const violations: Violation[] = [];
  for (const row of rows) {
    const said = await compare(evidence, row);
    if (said !== undefined) violations.push({ rule: RULE, jobId: row.id, said });
  }
  return [...violations, ...(await strangers(evidence, new Set(rows.map(({ id }) => id))))];
};

async function compare({ temporal, temporalWasLost }: Evidence, row: Row): Promise<string | undefined> {
  if (row.run === null) return undefined;
  try {
    const told = await temporal.workflow.getHandle(row.id, row.run).describe();
    const chain = told.raw.workflowExecutionInfo?.firstRunId;
    if (row.chain !== null && chain !== row.chain)
      return `the run ${row.run} is of the chain ${chain ?? ''}, not ${row.chain}`;
    const status = statusOf(told.status.name);
    return status === row.status ? undefined : `the row says ${row.status}, Temporal ${told.status.name}`;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError && temporalWasLost) return undefined;
    if (error instanceof WorkflowNotFoundError) return `Temporal does not know the run ${row.run}`;
    throw error;
  }
}

function statusOf(told: string): string {
  switch (told) {
    case 'COMPLETED':
      return 'completed';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed';
    case 'CANCELLED':
    case 'CANCELED':
    case 'TERMINATED':
      return 'cancelled';
    default:
      return `open (${told})`;
  }
}

async function strangers({ temporal }: Evidence, known: ReadonlySet<string>): Promise<Violation[]> {
  const violations: Violation[] = [];
  for await (const { workflowId, status, runId } of temporal.workflow.list({
    query: 'JobType is not null',
  })) {
    if (!known.has(workflowId)) {
      violations.push({
        rule: RULE,
        jobId: workflowId,
        said: `Temporal has the run ${runId}, but there is no row`,
      });
    } else if (status.name === 'RUNNING') {
      violations.push({ rule: RULE, jobId: workflowId, said: `the run ${runId} is open after the quiet` });
    }
  }
  return violations;
}
