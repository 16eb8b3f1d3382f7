import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import { parseReply, type Reply } from '../exchange.js';
import type { ClientFile } from '../port.js';
import { PRODUCT, type QbittorrentCall, type QbittorrentSession } from './session.js';
import { itemIdOf, torrentInfo, type TorrentInfo } from './states.js';

/** The calls of the Web API that Longplay uses, in its own terms; torrents by the hash that qBittorrent goes by. */
export interface QbittorrentApi {
  versions: (signal: AbortSignal) => Promise<{ app: string; api: string }>;
  torrents: (signal: AbortSignal) => Promise<TorrentInfo[]>;
  find: (itemId: string, signal: AbortSignal) => Promise<TorrentInfo | undefined>;
  files: (hash: string, signal: AbortSignal) => Promise<ClientFile[]>;
  /** Warnings and critical messages of its log, the oldest first. */
  log: (signal: AbortSignal) => Promise<string[]>;
  read: <Result>(call: QbittorrentCall, schema: z.ZodType<Result>, signal: AbortSignal) => Promise<Result>;
  /** @throws Fault gone for 404, transient for every other refusal */
  post: (path: string, form: Record<string, string>, signal: AbortSignal) => Promise<void>;
  /** Any status: the caller does not believe it anyway. */
  send: (call: QbittorrentCall, signal: AbortSignal) => Promise<Reply>;
}

const files = z.array(z.object({ name: z.string(), size: z.number(), progress: z.number() }));
const log = z.array(z.object({ id: z.number(), message: z.string() }));

export function createQbittorrentApi({ send }: QbittorrentSession): QbittorrentApi {
  const read: QbittorrentApi['read'] = async (call, schema, signal) => {
    const reply = refuseFailure(call.path, await send(call, signal));
    return parseReply(PRODUCT, { schema, text: reply.text, what: call.path });
  };
  const torrents: QbittorrentApi['torrents'] = (signal) =>
    read({ path: 'torrents/info' }, z.array(torrentInfo), signal);
  return {
    send,
    read,
    torrents,
    versions: async (signal) => ({
      api: version(await send({ path: 'app/webapiVersion' }, signal)),
      app: version(await send({ path: 'app/version' }, signal)),
    }),
    find: async (itemId, signal) => {
      const query = { hashes: itemId };
      const [found] = await read({ path: 'torrents/info', query }, z.array(torrentInfo), signal);
      // A hybrid torrent is asked for by its v2 hash, but Longplay knows it by its v1 hash.
      return found ?? (await torrents(signal)).find((torrent) => itemIdOf(torrent) === itemId);
    },
    files: async (hash, signal) => {
      const listed = await read({ path: 'torrents/files', query: { hash } }, files, signal);
      return listed.map(({ name, size, progress }) => ({
        path: name,
        sizeBytes: size,
        completedBytes: progress >= 1 ? size : Math.floor(size * progress),
      }));
    },
    log: async (signal) => {
      const query = { normal: 'false', info: 'false', warning: 'true', critical: 'true' };
      const told = await read({ path: 'log/main', query }, log, signal);
      return told.map(({ message }) => message);
    },
    post: async (path, form, signal) => {
      refuseFailure(path, await send({ path, form }, signal));
    },
  };
}

/** Empty successes are 200 or 204 by version. */
function refuseFailure(path: string, reply: Reply): Reply {
  if (reply.status >= 200 && reply.status < 300) return reply;
  if (reply.status === 404) throw new Fault('gone', `qBittorrent has no such item (${path})`);
  throw new Fault(
    'transient',
    `qBittorrent answered ${path} with HTTP ${reply.status}: ${reply.text.slice(0, 200)}`,
  );
}

/** Plain text such as `v4.5.2`. A page here means that another program answers. */
function version({ status, text }: Reply): string {
  const told = /^v?(\d+\.\d+\S*)$/.exec(text.trim())?.[1];
  if (status === 200 && told !== undefined) return told;
  throw new Fault('environment', `Expected qBittorrent's version, got HTTP ${status}`, {
    waitingReason: 'client_unreachable',
    remedy: 'Check that the address is that of its web interface, without /api',
  });
}
