import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { Fault } from '../domain/faults.js';
import { parseJson } from '../domain/parse-json.js';
import { identityOf, isGroupAlive } from './process-identity.js';

const schema = z.object({ pid: z.int().positive(), identity: z.string() });

/** Its lifeline ends it 5 s after its owner at the latest (design §4); a second for the wrapper itself. */
const OWN_END_MS = 6_000;
const POLL_MS = 50;

/**
 * Notes the leader of a service's process group, so that a later start can tell it. Synchronous, and called
 * right after its start: an owner killed in between would leave a server that nobody knows.
 */
export function noteProcess(file: string, pid: number): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify({ pid, identity: identityOf(pid) ?? '' }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Resolves once nothing is left of the process group that `file` names: its lifeline ends it when its owner
 * was killed, and what outlives even that is killed. Two servers on one data folder would destroy it.
 */
export async function endFormer(file: string): Promise<void> {
  const former = await read(file);
  if (former === undefined) return;
  const present = identityOf(former.pid);
  // A number is given out again only once its group is gone: a stranger's means that ours has ended.
  const isStranger = present !== undefined && present !== former.identity;
  // Without its leader a group is told by its number alone, so it is waited for, and never killed.
  if (!isStranger && !(await isGone(former.pid, OWN_END_MS)) && present !== undefined) {
    await kill(former.pid, file);
  }
  await rm(file, { force: true });
}

async function kill(leader: number, file: string): Promise<void> {
  process.kill(-leader, 'SIGKILL');
  if (await isGone(leader, OWN_END_MS)) return;
  throw new Fault('environment', `Expected the former process ${leader} (${file}) to end, but it lives on`, {
    remedy: `End it: kill -9 -${leader}`,
  });
}

async function read(file: string): Promise<z.output<typeof schema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return schema.safeParse(parseJson(text)).data;
}

async function isGone(leader: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isGroupAlive(leader)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
