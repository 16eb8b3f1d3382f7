import { z } from 'zod';

import type { ClientCheck, ClientWarning } from '../port.js';
import type { Aria2Rpc } from './rpc.js';

const options = z.object({
  dir: z.string().optional(),
  'seed-ratio': z.string().optional(),
  'seed-time': z.string().optional(),
  'bt-stop-timeout': z.string().optional(),
  'bt-detach-seed-only': z.string().optional(),
  'rpc-max-request-size': z.string().optional(),
});

type Options = z.output<typeof options>;

/** What a torrent of many pieces needs; the default of 2 MiB cuts the connection (acquisition.md §8 no. 75). */
const REQUEST_BYTES = 16 * 1024 * 1024;

/** Its own settings, as far as they are against what we do with it (acquisition.md §2.7). */
export async function check(rpc: Aria2Rpc, signal: AbortSignal): Promise<ClientCheck> {
  const found = await rpc.call('aria2.getGlobalOption', [], options, signal);
  return {
    warnings: WARNINGS.flatMap(({ applies, ...warning }) => (applies(found) ? [warning] : [])),
    ...(found.dir === undefined ? {} : { saveDirectory: found.dir }),
  };
}

const isSet = (value: string | undefined): boolean => value !== undefined && Number(value) !== 0;

const WARNINGS: readonly (ClientWarning & { applies: (found: Options) => boolean })[] = [
  {
    code: 'stops_seeding_at_ratio',
    message: 'aria2 stops seeding at a ratio of its own, before the duty of a tracker may be met',
    remedy: 'Start aria2 with --seed-ratio=0.0: Longplay ends the seeding',
    applies: (found) => isSet(found['seed-ratio']),
  },
  {
    code: 'stops_seeding_after_time',
    message: 'aria2 stops seeding after a time of its own, or does not seed at all',
    remedy: 'Start aria2 without --seed-time: Longplay ends the seeding',
    applies: (found) => found['seed-time'] !== undefined,
  },
  {
    code: 'gives_up_stalled',
    message: 'aria2 gives up torrents that stand still by a clock of its own, and does not say why',
    remedy: 'Start aria2 with --bt-stop-timeout=0: Longplay has a clock that survives restarts',
    applies: (found) => isSet(found['bt-stop-timeout']),
  },
  {
    code: 'seeding_fills_slots',
    message: 'What aria2 seeds takes the places of what it should download',
    remedy: 'Start aria2 with --bt-detach-seed-only=true',
    applies: (found) => found['bt-detach-seed-only'] === 'false',
  },
  {
    code: 'refuses_large_torrents',
    message: 'aria2 cuts the connection when it is given a large torrent',
    remedy: 'Start aria2 with --rpc-max-request-size=64M',
    applies: (found) => Number(found['rpc-max-request-size'] ?? REQUEST_BYTES) < REQUEST_BYTES,
  },
];
