import type { ServiceLog } from '../../src/embedded/service.js';

export interface KeptLog extends ServiceLog {
  lines: { message: string; fields: object }[];
}

/** A service's log that a test can look at. */
export function keepLog(): KeptLog {
  const lines: KeptLog['lines'] = [];
  const keep = (fields: object, message: string): void => {
    lines.push({ message, fields });
  };
  return { lines, info: keep, warn: keep };
}
