import { z } from 'zod';

import type { ClientCheck, ClientWarning } from '../port.js';
import { TransmissionRefusal, type TransmissionRpc } from './rpc.js';

const settings = z.object({
  'download-dir': z.string(),
  'script-torrent-done-enabled': z.boolean().default(false),
  'script-torrent-done-filename': z.string().default(''),
  seedRatioLimited: z.boolean().default(false),
  'idle-seeding-limit-enabled': z.boolean().default(false),
  'dht-enabled': z.boolean().default(true),
  'download-queue-enabled': z.boolean().default(false),
  'download-queue-size': z.number().default(0),
});

type Settings = z.output<typeof settings>;

const space = z.object({ 'size-bytes': z.number() });

/** Reads its settings for what would stand in Longplay's way, and the space where it saves. */
export async function checkTransmission(rpc: TransmissionRpc, signal: AbortSignal): Promise<ClientCheck> {
  const told = await rpc.call('session-get', {}, settings, signal);
  const path = told['download-dir'];
  const freeBytes = await freeSpace(rpc, path, signal);
  const missing: ClientWarning = {
    code: 'no_save_path',
    message: `Transmission cannot use its download folder ${path}`,
    remedy: 'Make the folder, or mount its disk',
  };
  return {
    warnings: [...(freeBytes === undefined ? [missing] : []), ...transmissionWarnings(told)],
    saveDirectory: path,
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}

/** A folder that is not there yet has none to tell. */
async function freeSpace(
  rpc: TransmissionRpc,
  path: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const { 'size-bytes': bytes } = await rpc.call('free-space', { path }, space, signal);
    return bytes < 0 ? undefined : bytes;
  } catch (error) {
    if (error instanceof TransmissionRefusal) return undefined;
    throw error;
  }
}

export function transmissionWarnings(told: Settings): ClientWarning[] {
  const stops = told.seedRatioLimited || told['idle-seeding-limit-enabled'];
  const script = told['script-torrent-done-filename'];
  return [
    ...when(told['script-torrent-done-enabled'], {
      code: 'runs_program',
      message: `Transmission runs ${script === '' ? 'a script' : script} on finished torrents: one that moves or deletes files takes them from Longplay`,
      remedy: 'Check what it does, or set script-torrent-done-enabled to false',
    }),
    ...when(stops, {
      code: 'stops_at_ratio',
      message:
        'Transmission stops seeding at its own limit: torrents that somebody else added may stop before their duty is met',
      remedy: 'Raise seedRatioLimit and the idle seeding limit, or turn them off',
    }),
    ...when(!told['dht-enabled'], {
      code: 'dht_off',
      message: 'DHT is off: magnet links and public torrents may find nobody',
      remedy: 'Set dht-enabled to true unless all indexers are private',
    }),
    ...when(told['download-queue-enabled'], {
      code: 'queueing',
      message: `Transmission downloads at most ${told['download-queue-size']} torrents at once; others wait`,
      remedy: 'Raise download-queue-size, or let stalled torrents not count',
    }),
  ];
}

function when(holds: boolean, warning: ClientWarning): ClientWarning[] {
  return holds ? [warning] : [];
}
