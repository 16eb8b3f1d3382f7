import { log as logSchema, type Log } from '../answers.js';
import { jobPath } from '../commands/job-read.js';
import { EXIT } from '../exit-status.js';
import { logLine } from '../render/job.js';
import type { Session } from '../session.js';
import { followEvents } from './follow-events.js';
import { listenForInterruption } from './interruption.js';
import { readLogs, type LogWish } from './read-logs.js';

/** Prints what is there, then what comes, until the job has ended. */
export async function followLogs(session: Session, wish: LogWish): Promise<void> {
  const interruption = listenForInterruption(session.deps.stdout);
  const seen = new Set<number>();
  const print = (log: Log): void => {
    if (seen.has(log.id) || log.id <= wish.after || (wish.level ?? log.level) !== log.level) return;
    seen.add(log.id);
    if (session.output.json) session.output.record(log);
    else session.output.lines([logLine(log)]);
  };
  try {
    // The stream would tell it all too, but only slowly.
    for await (const logs of readLogs(session.client, wish)) logs.forEach(print);
    await printWhatComes(session, { id: wish.id, signal: interruption.signal, print });
    if (interruption.signal.aborted) session.endWith(EXIT.interrupted);
  } finally {
    interruption.release();
  }
}

async function printWhatComes(
  { client, output }: Session,
  { id, signal, print }: { id: string; signal: AbortSignal; print: (log: Log) => void },
): Promise<void> {
  const events = followEvents(client, {
    path: `${jobPath(id)}/events`,
    query: { logs: 1 },
    signal,
    onLost: () => {
      output.note('The connection to Longplay broke; connecting again …');
    },
  });
  for await (const event of events) {
    if (event.event === 'log') print(logSchema.parse(JSON.parse(event.data)));
    if (event.event === 'end') return;
  }
}
