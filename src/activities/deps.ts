import type { Root } from '../domain/logical-path.js';
import type { Integrations } from '../integrations/integrations.js';
import type { JobsDeps } from '../jobs/deps.js';
import type { Seal } from '../store/seal.js';

/** Everything that steps may use, handed in by main. A pipeline adds its own parts here. */
export interface ActivityDeps extends JobsDeps {
  workerId: string;
  seal: Seal;
  integrations: Integrations;
  roots: Roots;
  /** Removes a folder of ours and all in it; fine when it is gone. */
  removeFolder: (hostPath: string) => Promise<void>;
}

/** Logical paths to host paths and back; see src/integrations/files/roots.ts. */
export interface Roots {
  resolve: (logical: string) => string;
  folderOf: (root: Root) => string;
}
