import { createRateLimit, type RateLimit } from './access/rate-limit.js';
import type { ApiDeps } from './deps.js';
import { createChangeFeed, type ChangeFeed } from './events/change-feed.js';
import { createMetricSources } from './health/sources.js';
import type { MetricSources } from '../metrics.js';

/** ApiDeps and what one API process keeps for itself. */
export interface ApiContext extends ApiDeps {
  feed: ChangeFeed;
  logInLimit: RateLimit;
  /** Per download client. */
  hintLimit: RateLimit;
  metricSources: MetricSources;
}

/** Failed log-ins per address and minute: a person mistypes, a program guesses. */
const LOG_INS = { max: 10, windowMs: 60_000 };
/** A client that ends many downloads at once calls for each; one look sees them all (acquisition.md §4.1). */
const HINTS = { max: 1, windowMs: 5_000 };

export function createContext(deps: ApiDeps): ApiContext {
  const now = (): number => performance.now();
  return {
    ...deps,
    feed: createChangeFeed(deps),
    logInLimit: createRateLimit({ ...LOG_INS, now }),
    hintLimit: createRateLimit({ ...HINTS, now }),
    metricSources: createMetricSources(deps.db),
  };
}
