import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { Aria2Refusal, parse, type Aria2Rpc } from './rpc.js';
import { aria2Status, isOpen, STATUS_KEYS, type Aria2Status } from './status.js';

const SETTLE_MS = 100;
const SETTLE_TIMES = 50;

/** Asks aria2 for several things at once; what it refuses because it is so already is fine. */
export async function ask(
  rpc: Aria2Rpc,
  method: string,
  gids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (gids.length === 0) return;
  const calls = gids.map((gid) => ({ method, params: [gid] }));
  for (const answer of await rpc.multicall(calls, signal)) {
    if (answer instanceof Aria2Refusal && !SO_ALREADY.test(answer.message)) throw answer;
  }
}

const SO_ALREADY = /cannot be (un)?paused|not found|active download not found/i;

/** Pausing and removing are asynchronous in aria2: returns once `isMet` holds for each, or after 5 s. */
export async function untilEach(
  rpc: Aria2Rpc,
  gids: readonly string[],
  isMet: (status: Aria2Status | undefined) => boolean,
  signal: AbortSignal,
): Promise<Map<string, Aria2Status>> {
  for (let times = 0; ; times += 1) {
    const statuses = await tellEach(rpc, gids, signal);
    if (times === SETTLE_TIMES || gids.every((gid) => isMet(statuses.get(gid)))) return statuses;
    await sleep(SETTLE_MS, undefined, { signal });
  }
}

/** Those that aria2 knows. */
async function tellEach(
  rpc: Aria2Rpc,
  gids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Aria2Status>> {
  if (gids.length === 0) return new Map();
  const calls = gids.map((gid) => ({ method: 'aria2.tellStatus', params: [gid, STATUS_KEYS] }));
  const answers = (await rpc.multicall(calls, signal)).filter((answer) => !(answer instanceof Aria2Refusal));
  const known = parse(z.array(aria2Status), answers, 'aria2.tellStatus');
  return new Map(known.map((status) => [status.gid, status]));
}

/** Stops items and takes them off aria2's lists, so that their numbers can be used again; their files stay. */
export async function forgetAll(rpc: Aria2Rpc, gids: readonly string[], signal: AbortSignal): Promise<void> {
  const known = await tellEach(rpc, gids, signal);
  const open = [...known.values()].filter(isOpen).map(({ gid }) => gid);
  await ask(rpc, 'aria2.forceRemove', open, signal);
  await untilEach(rpc, open, (status) => status === undefined || !isOpen(status), signal);
  await ask(rpc, 'aria2.removeDownloadResult', [...known.keys()], signal);
  await untilEach(rpc, gids, (status) => status === undefined, signal);
}
