import type { DeletedItem, DeleteItem, DeleteSteps } from '../../activities/acquisition/delete-steps.js';
import type { Job } from '../jobs/job.js';

export function delete_item(job: Job<DeleteItem>): Promise<DeletedItem> {
  return job.steps<DeleteSteps>().deleteItem(job.params);
}
