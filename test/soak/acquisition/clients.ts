import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { startQbittorrent, startTransmission, type ClientDaemon } from '../../support/torrent-daemons.js';
import type { Victim } from '../house/house.js';

/** Real clients that start again whenever they were killed, as a system's service manager sees to it. */
export interface Clients {
  daemons: Record<'qbittorrent' | 'transmission', ClientDaemon>;
  victims: () => Victim[];
  close: () => Promise<void>;
}

const LOOK_MS = 500;

export async function startClients(folder: string): Promise<Clients> {
  const below = async (name: string): Promise<string> => {
    const made = path.join(folder, name);
    await mkdir(made, { recursive: true });
    return made;
  };
  const daemons = {
    qbittorrent: await startQbittorrent(await below('qbittorrent')),
    transmission: await startTransmission(await below('transmission')),
  };
  const halt = new AbortController();
  const keeping = Object.values(daemons).map((daemon) => keepUp(daemon, halt.signal));
  return {
    daemons,
    victims: () =>
      (Object.keys(daemons) as (keyof typeof daemons)[]).flatMap((kind) => {
        const pid = daemons[kind].pid();
        return pid === undefined ? [] : [{ kind, name: kind, pid }];
      }),
    close: async () => {
      halt.abort();
      await Promise.all(keeping);
      for (const daemon of Object.values(daemons)) await daemon.stop();
    },
  };
}

async function keepUp(daemon: ClientDaemon, halt: AbortSignal): Promise<void> {
  while (!halt.aborted) {
    if (daemon.pid() === undefined) await daemon.restart().catch(() => undefined);
    await sleep(LOOK_MS, undefined, { signal: halt }).catch(() => undefined);
  }
}
