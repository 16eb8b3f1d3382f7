import { z } from 'zod';

import { ERROR } from './faults.js';
import { NOTE_OPTION, parseNote, type GroupNote } from './group-note.js';
import { groupIdOf } from './gids.js';
import { parse, type Aria2Rpc } from './rpc.js';
import { aria2Status, isDirect, isMetadata, STATUS_KEYS, type Aria2Status } from './status.js';

/** An item of one of aria2's own, or what a magnet or a duplicate led to. */
export interface SingleItem {
  kind: 'single';
  id: string;
  /** The one with our GID. */
  own: Aria2Status;
  /** Where the data is: `own`, a magnet's second item, or the item that had the same torrent before. */
  data: Aria2Status;
  /** The data is another item's, which aria2 had already: it is looked at, and nothing is done to it. */
  adopted: boolean;
}

/** The files of a direct source, each of them an item of aria2's own. */
export interface GroupItem {
  kind: 'group';
  id: string;
  /** In the order of the files. */
  members: Aria2Status[];
  note: GroupNote;
  /** They are asked for with a user's name and password. */
  hasUser: boolean;
}

export type Aria2Item = SingleItem | GroupItem;

/** More than any list of aria2's. */
const LIST_SIZE = 100_000;

/** All that aria2 has, by our ids; the second item of a magnet is shown as the first. */
export async function readItems(rpc: Aria2Rpc, signal: AbortSignal): Promise<Aria2Item[]> {
  const statuses = await readStatuses(rpc, signal);
  const notes = await readNotes(rpc, statuses.filter(isDirect), signal);
  const byGid = new Map(statuses.map((status) => [status.gid, status]));
  const singles = statuses
    .filter((status) => !notes.has(groupIdOf(status.gid)) || !isDirect(status))
    .filter(({ following }) => following === undefined || !byGid.has(following))
    .map((own) => singleOf(own, { byGid, statuses }));
  const groups = [...notes].map(([id, told]): GroupItem => {
    const members = statuses.filter((status) => isDirect(status) && groupIdOf(status.gid) === id);
    return { kind: 'group', id, members: members.toSorted(byOrder), ...told };
  });
  return [...singles, ...groups];
}

/** Whole or not. */
export async function findItem(
  rpc: Aria2Rpc,
  id: string,
  signal: AbortSignal,
): Promise<Aria2Item | undefined> {
  return (await readItems(rpc, signal)).find((item) => item.id === id);
}

async function readStatuses(rpc: Aria2Rpc, signal: AbortSignal): Promise<Aria2Status[]> {
  const lists = await rpc.multicall(
    [
      { method: 'aria2.tellActive', params: [STATUS_KEYS] },
      { method: 'aria2.tellWaiting', params: [0, LIST_SIZE, STATUS_KEYS] },
      { method: 'aria2.tellStopped', params: [0, LIST_SIZE, STATUS_KEYS] },
    ],
    signal,
  );
  return parse(z.array(z.array(aria2Status)), lists, 'its lists').flat();
}

const noteOption = z.object({ [NOTE_OPTION]: z.string().optional(), header: z.string().optional() });

/**
 * What we wrote on each group: on its first paused file, which tells whether it waits for its turn. Files that
 * carry nothing are somebody else's.
 */
async function readNotes(
  rpc: Aria2Rpc,
  direct: Aria2Status[],
  signal: AbortSignal,
): Promise<Map<string, Pick<GroupItem, 'note' | 'hasUser'>>> {
  const asked = new Map<string, Aria2Status>();
  for (const status of direct.toSorted(byOrder)) {
    const id = groupIdOf(status.gid);
    const first = asked.get(id);
    if (first === undefined || (status.status === 'paused' && first.status !== 'paused'))
      asked.set(id, status);
  }
  if (asked.size === 0) return new Map();
  const calls = [...asked.values()].map(({ gid }) => ({ method: 'aria2.getOption', params: [gid] }));
  const options = await rpc.multicall(calls, signal);
  return new Map(
    [...asked.keys()].flatMap((id, at) => {
      const option = noteOption.safeParse(options[at]);
      if (!option.success) return [];
      const { [NOTE_OPTION]: text, header = '' } = option.data;
      const note = parseNote(text);
      return note === undefined ? [] : [[id, { note, hasUser: header !== '' }] as const];
    }),
  );
}

function byOrder(one: Aria2Status, other: Aria2Status): number {
  return one.gid < other.gid ? -1 : 1;
}

interface All {
  byGid: Map<string, Aria2Status>;
  statuses: Aria2Status[];
}

function singleOf(own: Aria2Status, { byGid, statuses }: All): SingleItem {
  const followed = byGid.get(own.followedBy?.[0] ?? own.gid) ?? own;
  const twin = isDuplicate(followed) ? statuses.find((other) => isTwin(other, followed)) : undefined;
  return { kind: 'single', id: own.gid, own, data: twin ?? followed, adopted: twin !== undefined };
}

/** A part of it is gone: aria2 was killed after it had finished that part, or somebody took it away. It is added again. */
export function isLost(item: Aria2Item): boolean {
  if (item.kind === 'group') return item.members.length < item.note.files;
  return item.own.followedBy !== undefined && item.data === item.own;
}

/** aria2 takes a torrent that it has already, and then says so as an error: it is no failure (acquisition.md §2.7). */
function isDuplicate({ status, errorCode }: Aria2Status): boolean {
  return status === 'error' && errorCode === ERROR.alreadyRegistered;
}

function isTwin(other: Aria2Status, { gid, infoHash }: Aria2Status): boolean {
  if (other.gid === gid || other.infoHash !== infoHash || isMetadata(other)) return false;
  return other.status !== 'error' && other.status !== 'removed';
}
