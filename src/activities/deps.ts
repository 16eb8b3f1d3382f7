import type { JobsDeps } from '../jobs/deps.js';

/** Everything that steps may use, handed in by main. A pipeline adds its own parts here. */
export interface ActivityDeps extends JobsDeps {
  workerId: string;
}
