import { z } from 'zod';

import type { ClientCheck, ClientWarning } from '../port.js';
import type { QbittorrentApi } from './api.js';

const preferences = z.object({
  save_path: z.string(),
  dht: z.boolean().default(true),
  queueing_enabled: z.boolean().default(false),
  max_active_downloads: z.number().default(-1),
  max_ratio_enabled: z.boolean().default(false),
  max_seeding_time_enabled: z.boolean().default(false),
  max_inactive_seeding_time_enabled: z.boolean().default(false),
  /** 0 stop, 1 remove, 2 super seeding, 3 remove with its data. */
  max_ratio_act: z.number().default(0),
  autorun_enabled: z.boolean().default(false),
});

type Preferences = z.output<typeof preferences>;

const mainData = z.object({
  server_state: z.object({ free_space_on_disk: z.number().optional() }).optional(),
});

/** Reads its settings for what would stand in Longplay's way (acquisition.md §4.6, §8 no. 58). */
export async function checkQbittorrent(api: QbittorrentApi, signal: AbortSignal): Promise<ClientCheck> {
  const told = await api.read({ path: 'app/preferences' }, preferences, signal);
  const data = await api.read({ path: 'sync/maindata', query: { rid: '0' } }, mainData, signal);
  const freeBytes = data.server_state?.free_space_on_disk;
  return {
    warnings: qbittorrentWarnings(told),
    saveDirectory: told.save_path,
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}

export function qbittorrentWarnings(told: Preferences): ClientWarning[] {
  const limited =
    told.max_ratio_enabled || told.max_seeding_time_enabled || told.max_inactive_seeding_time_enabled;
  const removes = told.max_ratio_act === 1 || told.max_ratio_act === 3;
  return [
    ...when(limited && removes, {
      code: 'removes_at_ratio',
      message:
        'qBittorrent itself removes torrents at a ratio or seeding time: those that somebody else added could go before they are filed',
      remedy: 'Let it stop them instead: Options, BitTorrent, Seeding Limits',
    }),
    ...when(!told.dht, {
      code: 'dht_off',
      message: 'DHT is off: magnet links and public torrents may find nobody',
      remedy: 'Turn it on (Options, BitTorrent) unless all indexers are private',
    }),
    ...when(told.queueing_enabled && told.max_active_downloads > 0, {
      code: 'queueing',
      message: `qBittorrent downloads at most ${told.max_active_downloads} torrents at once; others wait, also behind dead ones`,
      remedy: 'Raise the number, or let slow torrents not count: Options, BitTorrent, Torrent Queueing',
    }),
    ...when(told.save_path.trim() === '', {
      code: 'no_save_path',
      message: 'qBittorrent has no default save path',
      remedy: 'Set one that Longplay sees too: Options, Downloads',
    }),
    ...when(told.autorun_enabled, {
      code: 'runs_program',
      message:
        'qBittorrent runs a program on finished torrents: one that moves or deletes files takes them from Longplay',
      remedy: 'Check what it does: Options, Downloads, Run external program',
    }),
  ];
}

function when(holds: boolean, warning: ClientWarning): ClientWarning[] {
  return holds ? [warning] : [];
}
