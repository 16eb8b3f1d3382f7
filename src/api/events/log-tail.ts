import type { Queryable } from '../../store/database.js';
import { listLogs, type StoredLog } from '../../store/logs.js';

/** Reads a job's new log lines; each is given once. */
export interface LogTail {
  next: (db: Queryable) => Promise<StoredLog[]>;
  readonly lastId: number;
}

/** Ids are drawn before their batch commits: a line may appear behind a higher one, within this many. */
const OVERLAP = 500;
const PAGE = 1_000;

export function createLogTail(jobId: string, after: number): LogTail {
  let lastId = after;
  const recent = new Set<number>();
  return {
    get lastId() {
      return lastId;
    },
    next: async (db) => {
      const from = Math.max(after, lastId - OVERLAP);
      const lines = await listLogs(db, { jobId, after: from, limit: PAGE });
      const fresh = lines.filter(({ id }) => !recent.has(id));
      for (const { id } of fresh) recent.add(id);
      lastId = Math.max(lastId, ...fresh.map(({ id }) => id));
      for (const id of recent) if (id < lastId - OVERLAP) recent.delete(id);
      return fresh;
    },
  };
}
