import type { Reconciled, ReconcileSteps } from '../../activities/acquisition/reconcile-steps.js';
import type { Job } from '../jobs/job.js';

/** The poller follows what it knows; this finds what nobody knows any more (acquisition.md §8 no. 25). */
export function reconcile_clients(job: Job<{ dryRun: boolean }>): Promise<Reconciled> {
  return job.steps<ReconcileSteps>().reconcileClients(job.params, { occurrence: job.input.round });
}
