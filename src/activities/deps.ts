import type { Roots } from '../integrations/files/roots.js';
import type { Integrations } from '../integrations/integrations.js';
import type { JobsDeps } from '../jobs/deps.js';
import type { Hardware } from '../media/hardware/hardware.js';
import type { MediaTools } from '../media/tools.js';
import type { Seal } from '../store/seal.js';

export type { Roots } from '../integrations/files/roots.js';

/** Everything that steps may use, handed in by main. A pipeline adds its own parts here. */
export interface ActivityDeps extends JobsDeps {
  workerId: string;
  seal: Seal;
  integrations: Integrations;
  roots: Roots;
  media: MediaTools;
  hardware: Hardware;
}
