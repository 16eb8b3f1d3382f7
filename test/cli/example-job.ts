import type { JobView } from '../../src/jobs/view.js';

/** A job as the API shows it, whole: JobView keeps it complete. */
export function exampleJob(changed: Partial<JobView> = {}): JobView {
  return {
    id: 'demo_steps-aaaa1111',
    type: 'demo_steps',
    title: 'Count to 3 (demo)',
    status: 'running',
    requested: null,
    sentence: 'runs count up on worker-1',
    waitingReason: null,
    queue: 'cpu',
    queuePosition: null,
    nextAttemptAt: null,
    step: 'countUp',
    worker: 'worker-1',
    tries: 0,
    progress: 0.33,
    progressDetail: null,
    etaMs: null,
    priority: 5,
    round: 1,
    params: { count: 3 },
    subject: null,
    parentId: null,
    children: [],
    pausedBy: null,
    result: null,
    error: null,
    openCleanups: 0,
    createdBy: 'command line',
    createdAt: '2026-01-02T03:04:05.000Z',
    startedAt: '2026-01-02T03:04:06.000Z',
    endedAt: null,
    version: 3,
    ...changed,
  };
}

/** The same job after its end. */
export function endedJob(changed: Partial<JobView> = {}): JobView {
  return exampleJob({
    status: 'completed',
    sentence: 'is done',
    step: null,
    worker: null,
    progress: 1,
    result: { counted: 3 },
    endedAt: '2026-01-02T03:04:09.000Z',
    ...changed,
  });
}
