import { Connection } from '@temporalio/client';

import type { Machine } from '../harness/machine.js';
import type { ServiceSet } from './service-set.js';

/** What the servers of a set say of themselves. */
export async function versionsOf({
  db,
  temporalAddress,
}: ServiceSet): Promise<Required<Pick<Machine, 'postgres' | 'temporal'>>> {
  const { rows } = await db.query<{ version: string }>(`select current_setting('server_version') as version`);
  const connection = await Connection.connect({ address: temporalAddress });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  return { postgres: rows[0]?.version ?? 'unknown', temporal: serverVersion };
}
