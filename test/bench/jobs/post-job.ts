import type { ServiceSet } from '../stage/service-set.js';
import { eventually } from '../../support/eventually.js';

/** Creates one job through the API. `sentAt` is Date.now() before the request. */
export async function postJob(
  set: ServiceSet,
  type: string,
  params: object,
): Promise<{ id: string; sentAt: number }> {
  const sentAt = Date.now();
  const { status, body } = await set.send('POST', '/api/jobs', { body: { type, params } });
  if (status !== 201) throw new Error(`Expected 201 for ${type}, got ${status}: ${JSON.stringify(body)}`);
  return { id: (body as { id: string }).id, sentAt };
}

/** Waits for a condition on one job's row, asked each 20 ms. */
export async function untilRow(
  set: ServiceSet,
  id: string,
  condition: string,
  { withinMs = 60_000 }: { withinMs?: number } = {},
): Promise<void> {
  await eventually(
    async () => {
      const { rowCount } = await set.db.query(`select from jobs j where j.id = $1 and ${condition}`, [id]);
      return rowCount === 1;
    },
    { withinMs, everyMs: 20 },
  );
}
