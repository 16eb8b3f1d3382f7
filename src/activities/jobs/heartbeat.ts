import { Context } from '@temporalio/activity';

/** A cancel comes back with a heartbeat: seen within a second, the network included (jobs.md §5). */
const HEARTBEAT_MS = 500;

/** Heartbeats from a timer, not from progress, so that a busy or silent step never looks dead (temporal.md §8). */
export async function heartbeatWhile<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  details: () => unknown = () => undefined,
): Promise<Result> {
  const context = Context.current();
  const timer = setInterval(() => {
    context.heartbeat(details());
  }, HEARTBEAT_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
