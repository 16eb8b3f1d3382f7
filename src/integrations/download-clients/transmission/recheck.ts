import { z } from 'zod';

import type { TransmissionRpc } from './rpc.js';
import { CHECKED, isChecking, type TorrentStatus } from './status.js';

const nothing = z.object({});
const wishes = z.object({
  torrents: z.array(z.object({ wanted: z.array(z.union([z.number(), z.boolean()])) })),
});

/**
 * Transmission 3.00 never asks for pieces that a check found lost until its wishes are set anew (measured: with a
 * willing peer it stood still for minutes). That is only of use after the check, wherefore a label reminds of it.
 */
export async function startCheck(
  rpc: TransmissionRpc,
  { hashString, labels }: Pick<TorrentStatus, 'hashString' | 'labels'>,
  signal: AbortSignal,
): Promise<void> {
  const ids = [hashString];
  await rpc.call('torrent-verify', { ids }, nothing, signal);
  await rpc.call('torrent-set', { ids, labels: [...new Set([...labels, CHECKED])] }, nothing, signal);
}

/** Sets the wishes of all whose check is over: to what they are. */
export async function finishChecks(
  rpc: TransmissionRpc,
  torrents: readonly TorrentStatus[],
  signal: AbortSignal,
): Promise<void> {
  for (const torrent of torrents) {
    if (torrent.labels.includes(CHECKED) && !isChecking(torrent)) await finish(rpc, torrent, signal);
  }
}

async function finish(
  rpc: TransmissionRpc,
  { hashString, labels }: TorrentStatus,
  signal: AbortSignal,
): Promise<void> {
  const ids = [hashString];
  const told = await rpc.call('torrent-get', { ids, fields: ['wanted'] }, wishes, signal);
  // 0 and 1 up to 3.00, false and true later.
  const wanted = (told.torrents[0]?.wanted ?? []).flatMap((wish, at) =>
    wish === 0 || wish === false ? [] : [at],
  );
  const others = labels.filter((label) => label !== CHECKED);
  // An empty list would mean all files.
  const files = wanted.length === 0 ? {} : { 'files-wanted': wanted };
  await rpc.call('torrent-set', { ids, labels: others, ...files }, nothing, signal);
}
