import type { Catalogue } from '../catalogue/catalogue.js';
import type { Database } from '../store/database.js';
import type { TemporalGateway } from '../temporal/gateway.js';

/** A logger as pino's; handed in by main. */
export interface Log {
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
  error: (fields: object, message: string) => void;
}

/** What every use case of the job contract needs. */
export interface JobsDeps {
  db: Database;
  temporal: TemporalGateway;
  catalogue: Catalogue;
  log: Log;
}
