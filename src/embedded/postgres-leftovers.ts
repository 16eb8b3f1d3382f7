import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { commandLineOf } from './process-identity.js';

const FORMER_END_MS = 15_000;
const POLL_MS = 100;

/**
 * Postgres refuses to start while the process of its pid file lives, whoever that is. One that serves this
 * folder gets time to end; a stranger that has the number by now does not count.
 */
export async function outliveFormerServer(dataFolder: string, halt: AbortSignal): Promise<void> {
  const file = path.join(dataFolder, 'postmaster.pid');
  const deadline = performance.now() + FORMER_END_MS;
  while (performance.now() < deadline && !halt.aborted) {
    const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0) return;
    if (!commandLineOf(pid).includes(dataFolder)) {
      await rm(file, { force: true });
      return;
    }
    await sleep(POLL_MS);
  }
}
