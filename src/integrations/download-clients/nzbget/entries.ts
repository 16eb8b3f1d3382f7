import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import { group, historyItem, type Group, type HistoryItem } from './records.js';
import type { NzbgetRpc } from './rpc.js';

/** Queue, then history: what moves in between shows in both and not in neither, and the later one counts. */
export async function readEntries(
  rpc: NzbgetRpc,
  signal: AbortSignal,
): Promise<{ groups: Group[]; history: HistoryItem[] }> {
  const groups = await rpc('listgroups', [0], z.array(group), signal);
  const history = await rpc('history', [false], z.array(historyItem), signal);
  const over = new Set(history.map(({ id }) => id));
  return { groups: groups.filter(({ id }) => !over.has(id)), history };
}

/** By its tag. Of several, which only a hand can have made, one that is in the queue. */
export async function find(
  rpc: NzbgetRpc,
  tag: string,
  signal: AbortSignal,
): Promise<Group | HistoryItem | undefined> {
  const { groups, history } = await readEntries(rpc, signal);
  return [...groups, ...history].find((entry) => entry.tag === tag);
}

/** @throws Fault gone */
export async function get(rpc: NzbgetRpc, tag: string, signal: AbortSignal): Promise<Group | HistoryItem> {
  const entry = await find(rpc, tag, signal);
  if (entry !== undefined) return entry;
  throw new Fault('gone', `NZBGet has no item ${tag}`);
}

/**
 * Edits one item in the form that every version from 16 on takes (18 dropped the offset and still accepts it).
 * False: NZBGet did not find it in that list (any more).
 */
export function edit(
  rpc: NzbgetRpc,
  { command, id, text = '' }: { command: string; id: number; text?: string },
  signal: AbortSignal,
): Promise<boolean> {
  return rpc('editqueue', [command, 0, text, [id]], z.boolean(), signal);
}

const SETTLE_MS = 200;
const SETTLE_TIMES = 25;

/** Asks until it is so, for what NZBGet does after its answer; false after 5 s. */
export async function settle(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  for (let times = 0; times < SETTLE_TIMES; times += 1) {
    if (await isSo()) return true;
    await sleep(SETTLE_MS, undefined, { signal });
  }
  return false;
}
