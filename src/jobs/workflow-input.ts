import type { JobInput } from '../domain/jobs/job-input.js';
import type { JobRow } from '../store/jobs.js';

/** What the workflow of a row starts with. */
export function inputOf(job: JobRow): JobInput {
  return {
    jobId: job.id,
    type: job.type,
    round: job.round,
    params: job.params,
    policy: job.policy,
    priority: job.priority,
    ...(job.parentId === null ? {} : { parentId: job.parentId }),
    ...(job.subjectType === null ? {} : { subject: `${job.subjectType}:${job.subjectId ?? ''}` }),
  };
}
