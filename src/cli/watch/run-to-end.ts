import { randomUUID } from 'node:crypto';

import { job } from '../answers.js';
import type { Session } from '../session.js';
import { watchToEnd } from './watch-to-end.js';

/** Creates a job once, shows it until it ends, and gives what it has brought; undefined where it brought nothing. */
export async function runToEnd(
  session: Session,
  { type, params }: { type: string; params: Record<string, unknown> },
): Promise<unknown> {
  const { client } = session;
  const created = await client.send({
    ...{ method: 'POST', path: '/api/jobs', body: { type, params } },
    headers: { 'idempotency-key': randomUUID() },
    answer: job,
  });
  await watchToEnd(session, created.id);
  const { result } = await client.send({ path: `/api/jobs/${encodeURIComponent(created.id)}`, answer: job });
  return result;
}
