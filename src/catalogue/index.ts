import { createCatalogue } from './catalogue.js';
import { demoSteps } from './demo/demo-steps.js';

/** Every job type, one line each (docs/adding-a-job-type.md). */
export const catalogue = createCatalogue([demoSteps]);
