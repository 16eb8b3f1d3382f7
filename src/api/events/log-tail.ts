import type { Queryable } from '../../store/database.js';
import { listLogs, type StoredLog } from '../../store/logs.js';

/** Reads a job's new log lines; each is given once. */
export interface LogTail {
  /** Page by page all that is there now. */
  next: (db: Queryable) => AsyncGenerator<StoredLog>;
  readonly lastId: number;
}

/** Ids are drawn before their batch commits: a line may appear behind a higher one, within this many. */
const OVERLAP = 500;
/** More than the overlap, so that each page brings something new. */
const PAGE = 1_000;

export function createLogTail(jobId: string, after: number): LogTail {
  let lastId = after;
  const recent = new Set<number>();
  return {
    get lastId() {
      return lastId;
    },
    next: async function* (db) {
      for (;;) {
        const from = Math.max(after, lastId - OVERLAP);
        const lines = await listLogs(db, { jobId, after: from, limit: PAGE });
        for (const line of lines) {
          if (recent.has(line.id)) continue;
          recent.add(line.id);
          lastId = Math.max(lastId, line.id);
          yield line;
        }
        for (const id of recent) if (id < lastId - OVERLAP) recent.delete(id);
        if (lines.length < PAGE) return;
      }
    },
  };
}
