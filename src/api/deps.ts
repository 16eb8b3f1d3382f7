import type { Roots } from '../activities/deps.js';
import type { Integrations } from '../integrations/integrations.js';
import type { JobsDeps } from '../jobs/deps.js';
import type { Metrics } from '../metrics.js';
import type { Seal } from '../store/seal.js';

/** What the HTTP side works with, handed in by main. */
export interface ApiDeps extends JobsDeps {
  seal: Seal;
  integrations: Integrations;
  /** Resolves a library's logical root, for its test. */
  roots: Roots;
  /** Host and port, for the commands of Temporal's own command line. */
  temporalAddress: string;
  temporalNamespace: string;
  /** Address of the Temporal Web UI with the namespace, for links; absent: no links. */
  temporalUiUrl?: string | undefined;
  /** Where people reach this service, without a trailing slash. */
  baseUrl: () => string;
  /** The built page: index.html, login.html, style.css and the modules. */
  webDirectory: string;
  version: string;
  /** Whether demo_* jobs may be created. */
  demoJobs: boolean;
  metrics: Metrics;
}
