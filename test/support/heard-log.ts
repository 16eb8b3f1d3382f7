import type { ActivityDeps } from '../../src/activities/deps.js';

/** A log that is kept in memory, each line with the stacks of its errors. */
export function hearLog(): { log: ActivityDeps['log']; lines: string[] } {
  const lines: string[] = [];
  const hear = (about: object | string, message = ''): void => {
    const errors = Object.values(about).filter((value): value is Error => value instanceof Error);
    lines.push([JSON.stringify(about), ...errors.map(({ stack }) => stack), message].join(' '));
  };
  return { log: { info: hear, warn: hear, error: hear }, lines };
}
