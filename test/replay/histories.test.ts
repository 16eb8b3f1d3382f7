import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Runtime, Worker } from '@temporalio/worker';

import { catalogue } from '../../src/catalogue/index.js';
import { WORKFLOWS_WITHOUT_JOB } from '../../src/domain/jobs/workflows-without-job.js';

/** Histories of released workflows, as `temporal workflow show --output json` gives them; one is never edited. */
const FOLDER = path.resolve('test/histories');
const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const silent = (): undefined => undefined;
Runtime.install({
  shutdownSignals: [],
  logger: { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent },
});

/** A job's run has the job's id, which its input names; for what is no job any id will do. */
function workflowIdOf({ events }: ReturnType<typeof historyFromJSON>): string | undefined {
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
  return (JSON.parse(Buffer.from(payload ?? []).toString('utf8')) as { jobId?: string }).jobId;
}

describe('a recorded history', () => {
  it.each(files)('%s replays on this version (no. 67)', async (file) => {
    const history = historyFromJSON(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')));
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowIdOf(history));
  });

  it('exists for every job type, and for every workflow that is no job', () => {
    const recorded = new Set(files.map((name) => name.replace(/(-\w+)?\.json$/, '')));
    const workflows = [...catalogue.types.map(({ type }) => type), ...WORKFLOWS_WITHOUT_JOB];
    expect(workflows.filter((name) => !recorded.has(name))).toEqual([]);
  });
});
