import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { identityOf, isGroupAlive } from './process-identity.js';

const schema = z.object({ pid: z.int().positive(), identity: z.string() });

/** Its lifeline ends it 5 s after its owner at the latest (design §4); a second for the wrapper itself. */
const OWN_END_MS = 6_000;
const POLL_MS = 50;

/** Notes the leader of a service's process group, so that a later start can tell it. */
export async function noteProcess(file: string, pid: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify({ pid, identity: identityOf(pid) ?? '' }), { mode: 0o600 });
}

/**
 * Resolves once nothing is left of the process that `file` names: its lifeline ends it when its owner was
 * killed, and what outlives even that is killed. Two servers on one data folder would destroy it.
 */
export async function endFormer(file: string): Promise<void> {
  const former = await read(file);
  if (former === undefined || identityOf(former.pid) !== former.identity) return;
  if (!(await isGone(former.pid, OWN_END_MS))) {
    process.kill(-former.pid, 'SIGKILL');
    if (!(await isGone(former.pid, OWN_END_MS))) {
      throw new Error(`Expected the former process ${former.pid} (${file}) to end, but it lives on`);
    }
  }
  await rm(file, { force: true });
}

async function read(file: string): Promise<z.output<typeof schema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function isGone(leader: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isGroupAlive(leader)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
