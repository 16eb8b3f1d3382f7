import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';
import { faultOf, type ItemFault } from './faults.js';
import { writeNote, NOTE_OPTION } from './group-note.js';
import type { GroupItem } from './items.js';
import type { Aria2Call, Aria2Rpc } from './rpc.js';
import { isRunning, toDownloadItem, type Aria2Status } from './status.js';

/** A direct source is asked for so many files at once, each over one connection (acquisition.md §2.11). */
const AT_ONCE = 2;

/** The files of a direct item as one. */
export function groupToItem(group: GroupItem): DownloadItem {
  const { members, note, hasUser } = group;
  const items = members.map(toDownloadItem);
  const sum = (of: (item: DownloadItem) => number): number =>
    items.reduce((total, item) => total + of(item), 0);
  const [first] = items;
  const fault = faultOfGroup(members, hasUser);
  return {
    clientItemId: group.id,
    name: first?.name ?? group.id,
    state: stateOf(group, items, fault),
    ...(members[0] === undefined ? {} : { directory: members[0].dir }),
    totalBytes: note.totalBytes ?? sum(({ totalBytes }) => totalBytes),
    completedBytes: sum(({ completedBytes }) => completedBytes),
    uploadedBytes: 0,
    downloadBytesPerSecond: sum(({ downloadBytesPerSecond }) => downloadBytesPerSecond),
    connections: sum(({ connections = 0 }) => connections),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** One bad file makes the set a bad one; otherwise the first trouble is told. */
function faultOfGroup(members: Aria2Status[], hasUser: boolean): ItemFault | undefined {
  const faults = members.flatMap((status) => {
    const fault = faultOf(status, { direct: true, hasUser });
    if (fault === undefined) return [];
    return [{ ...fault, message: `${status.files[0]?.path ?? status.gid}: ${fault.message}` }];
  });
  return faults.find(({ blame }) => blame === 'release') ?? faults[0];
}

/** Of what its files are doing the liveliest counts. */
const LIVELIEST: readonly DownloadState[] = ['active', 'checking', 'stalled', 'queued'];

function stateOf(group: GroupItem, items: DownloadItem[], fault: ItemFault | undefined): DownloadState {
  if (fault !== undefined) return fault.blame === 'release' ? 'failed' : 'held';
  const states = new Set(items.map(({ state }) => state));
  if (states.has('removedExternally')) return 'removedExternally';
  const liveliest = LIVELIEST.find((state) => states.has(state));
  if (liveliest !== undefined) return liveliest;
  if (!states.has('paused')) return 'complete';
  return group.note.waits ? 'queued' : 'paused';
}

/**
 * Starts the next files as long as fewer than two run. Nothing is started while somebody holds the item, or while one
 * of its files is in trouble: a server that says "too many requests" is not asked for more.
 */
export async function takeTurns(rpc: Aria2Rpc, group: GroupItem, signal: AbortSignal): Promise<void> {
  const { members, note } = group;
  if (!note.waits || members.some(({ status }) => status === 'error' || status === 'removed')) return;
  await startNext(rpc, group, signal);
}

async function startNext(rpc: Aria2Rpc, { members, note }: GroupItem, signal: AbortSignal): Promise<void> {
  const room = AT_ONCE - members.filter(isRunning).length;
  const next = members.filter(({ status }) => status === 'paused').slice(0, Math.max(0, room));
  if (next.length === 0) return;
  const calls = next.flatMap(({ gid }) => [
    noteCall(gid, writeNote({ ...note, waits: false })),
    { method: 'aria2.unpause', params: [gid] },
  ]);
  await rpc.multicall(calls, signal);
}

/** The first paused file tells that the item is held, and not only waiting for its turn. */
export async function holdGroup(rpc: Aria2Rpc, group: GroupItem, signal: AbortSignal): Promise<void> {
  const first = group.members.find(({ status }) => status === 'paused');
  if (first === undefined || !group.note.waits) return;
  await rpc.multicall([noteCall(first.gid, writeNote({ ...group.note, waits: false }))], signal);
}

/** All that is paused waits for its turn again, and the next ones begin. */
export async function releaseGroup(rpc: Aria2Rpc, group: GroupItem, signal: AbortSignal): Promise<void> {
  const paused = group.members.filter(({ status }) => status === 'paused');
  if (paused.length === 0) return;
  const waits = writeNote({ ...group.note, waits: true });
  await rpc.multicall(
    paused.map(({ gid }) => noteCall(gid, waits)),
    signal,
  );
  await startNext(rpc, group, signal);
}

function noteCall(gid: string, note: string): Aria2Call {
  return { method: 'aria2.changeOption', params: [gid, { [NOTE_OPTION]: note }] };
}
