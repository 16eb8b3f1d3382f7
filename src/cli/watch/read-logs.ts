import { logList, type Log } from '../answers.js';
import { jobPath } from '../commands/job-read.js';
import type { HttpClient } from '../http-client.js';

export interface LogWish {
  id: string;
  level: string | undefined;
  /** Only lines after this id. */
  after: number;
}

const PAGE = 1_000;

/** The log of a job as far as it is written, page by page, oldest first. */
export async function* readLogs(client: HttpClient, { id, level, after }: LogWish): AsyncGenerator<Log[]> {
  let last = after;
  for (;;) {
    const query = { after: last, level, limit: PAGE };
    const { logs } = await client.send({ path: `${jobPath(id)}/logs`, query, answer: logList });
    yield logs;
    if (logs.length < PAGE) return;
    last = logs.at(-1)?.id ?? last;
  }
}
