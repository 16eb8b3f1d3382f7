import type { Client } from 'pg';

import type { Log } from '../../jobs/deps.js';
import type { Database } from '../../store/database.js';

/** Wakes event streams: one LISTEN connection for all of them, open only while somebody listens. */
export interface ChangeFeed {
  /** Returns the way out. */
  subscribe: (listener: FeedListener) => () => void;
  close: () => Promise<void>;
}

export interface FeedListener {
  /** A change of a job, its log or a token; without an id of any, when some may have gone unheard. */
  told: (channel: FeedChannel, id: string | undefined) => void;
  /** This process stops. */
  end: () => void;
}

export const FEED_CHANNELS = ['longplay_jobs', 'longplay_logs', 'longplay_tokens'] as const;
export type FeedChannel = (typeof FEED_CHANNELS)[number];

/** A lost LISTEN is tried again this soon; meanwhile each stream polls (jobs.md §3 "any change"). */
const RECONNECT_MS = 2_000;

export function createChangeFeed({ db, log }: { db: Database; log: Log }): ChangeFeed {
  const listeners = new Set<FeedListener>();
  let connecting: Promise<Client | undefined> | undefined;
  let retry: NodeJS.Timeout | undefined;
  const told: FeedListener['told'] = (channel, id) => {
    for (const listener of listeners) listener.told(channel, id);
  };
  const connect = (): void => {
    clearTimeout(retry);
    connecting = listen(db, { told, lost: reconnect }).catch((error: unknown) => {
      log.warn({ err: error }, 'changes are not told at once; streams poll until Postgres is back');
      reconnect();
      return undefined;
    });
  };
  const reconnect = (): void => {
    connecting = undefined;
    clearTimeout(retry);
    if (listeners.size > 0) retry = setTimeout(connect, RECONNECT_MS);
  };
  const disconnect = async (): Promise<void> => {
    clearTimeout(retry);
    const opened = connecting;
    connecting = undefined;
    const client = await opened;
    client?.removeAllListeners('end');
    await client?.end().catch(() => undefined);
  };
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) connect();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) void disconnect();
      };
    },
    close: async () => {
      for (const listener of [...listeners]) listener.end();
      listeners.clear();
      await disconnect();
    },
  };
}

async function listen(db: Database, on: { told: FeedListener['told']; lost: () => void }): Promise<Client> {
  const client = await db.dedicated();
  client.on('notification', ({ channel, payload }) => {
    const known = FEED_CHANNELS.find((name) => name === channel);
    if (known !== undefined) on.told(known, payload ?? '');
  });
  try {
    for (const channel of FEED_CHANNELS) await client.query(`listen "${channel}"`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  client.on('end', on.lost);
  // Whatever changed before this moment was told to nobody here.
  for (const channel of FEED_CHANNELS) on.told(channel, undefined);
  return client;
}
