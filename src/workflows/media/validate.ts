import type { ValidateSteps } from '../../activities/media/validate-steps.js';
import type { ValidationResult, ValidationWish } from '../../domain/media/validation.js';
import type { Job } from '../jobs/job.js';

export async function validate(job: Job<ValidationWish>): Promise<ValidationResult> {
  return job.steps<ValidateSteps>().validateVideo(job.params);
}
