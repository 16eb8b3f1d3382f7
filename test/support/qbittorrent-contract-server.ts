import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The versions whose Web API is spoken here: 5.0.0, 5.1.4 and 5.2.0 (acquisition.md §2.3). */
export type SpokenVersion = '2.11.2' | '2.11.4' | '2.15.1';

const APP_VERSIONS: Record<SpokenVersion, string> = {
  '2.11.2': 'v5.0.0',
  '2.11.4': 'v5.1.4',
  '2.15.1': 'v5.2.0',
};

interface Torrent {
  hash: string;
  state: string;
  tags: string[];
  category: string;
  savePath: string;
  ratioLimit: number;
  /** Asked for so often before it shows. */
  hiddenFor: number;
}

/** Switches for the failures that were seen (acquisition.md §8 nos. 11, 12). */
export interface Faults {
  /** The next adds are answered with success, and nothing is added. */
  forgetsAdds: number;
  /** An added torrent shows only after so many looks. */
  showsAfterLooks: number;
  /** The next add is done, and its answer lost. */
  losesAnswer: boolean;
  /** An add ignores the limits that were given with it. */
  ignoresLimits: boolean;
  /** What every log-in is answered with in place of its answer. */
  login: 'banned' | 'page' | undefined;
  /** The word for a torrent's state in every list. */
  state: string | undefined;
}

/** Stands in for the versions of qBittorrent that cannot be had here, by their published contract. */
export interface QbittorrentContractServer {
  baseUrl: string;
  faults: Faults;
  torrents: Map<string, Torrent>;
  /** Paths of all calls, in order. */
  calls: string[];
  /** Every session ends, as by a restart. */
  endSessions: () => void;
  close: () => Promise<void>;
}

export const USERNAME = 'longplay';
export const PASSWORD = 'of-this-test';
export const API_KEY = 'qbt_key';

interface Call {
  path: string;
  query: URLSearchParams;
  form: FormData;
  headers: IncomingMessage['headers'];
}

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

/** All that it knows. */
interface House {
  version: SpokenVersion;
  /** Speaks as 5.2 does. */
  isNew: boolean;
  port: number;
  faults: Faults;
  torrents: Map<string, Torrent>;
  sessions: Set<string>;
}

type Handler = (house: House, call: Call) => Answer | Promise<Answer>;

/** Among what is missing here are `pause` and `resume`, which 5.0 took away. */
const CALLS: Readonly<Partial<Record<string, Handler>>> = {
  'app/webapiVersion': ({ version }) => ({ status: 200, body: version }),
  'app/version': ({ version }) => ({ status: 200, body: APP_VERSIONS[version] }),
  'torrents/info': list,
  'torrents/add': add,
  'torrents/createCategory': () => ({ status: 409 }),
  'torrents/addTags': (house, call) =>
    change(house, call, (torrent) => torrent.tags.push(...word(call.form, 'tags').split(','))),
  'torrents/stop': (house, call) => change(house, call, (torrent) => (torrent.state = 'stoppedDL')),
  'torrents/start': (house, call) => change(house, call, (torrent) => (torrent.state = 'downloading')),
  'torrents/delete': (house, call) => change(house, call, ({ hash }) => house.torrents.delete(hash)),
  'torrents/setShareLimits': setShareLimits,
};

export async function startQbittorrentContractServer(
  version: SpokenVersion,
): Promise<QbittorrentContractServer> {
  const house: House = {
    version,
    isNew: version === '2.15.1',
    port: 0,
    faults: noFaults(),
    torrents: new Map(),
    sessions: new Set(),
  };
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void readCall(request).then(async (call) => {
      calls.push(call.path);
      const answer = await answerCall(house, call);
      if (call.path === 'torrents/add' && house.faults.losesAnswer) {
        house.faults.losesAnswer = false;
        response.destroy();
      } else send(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  house.port = (server.address() as AddressInfo).port;
  return {
    baseUrl: `http://127.0.0.1:${house.port}`,
    faults: house.faults,
    torrents: house.torrents,
    calls,
    endSessions: () => {
      house.sessions.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function noFaults(): Faults {
  return {
    forgetsAdds: 0,
    showsAfterLooks: 0,
    losesAnswer: false,
    ignoresLimits: false,
    login: undefined,
    state: undefined,
  };
}

function answerCall(house: House, call: Call): Answer | Promise<Answer> {
  if (call.path === 'auth/login') return logIn(house, call);
  if (!isIn(house, call)) return { status: 403, body: 'Forbidden' };
  return CALLS[call.path]?.(house, call) ?? { status: 404, body: 'Not Found' };
}

function logIn({ faults, isNew, port, sessions }: House, { form, headers }: Call): Answer {
  if (faults.login === 'banned') return { status: 403, body: 'Your IP address has been banned' };
  if (faults.login === 'page') return { status: 200, body: '<html>Sign in first</html>' };
  if (headers.origin !== `http://127.0.0.1:${port}`) return { status: 401, body: 'Unauthorized' };
  if (form.get('username') !== USERNAME || form.get('password') !== PASSWORD) {
    return isNew ? { status: 401, body: 'Unauthorized' } : { status: 200, body: 'Fails.' };
  }
  const session = randomUUID();
  sessions.add(session);
  return {
    ...(isNew ? { status: 204 } : { status: 200, body: 'Ok.' }),
    headers: { 'set-cookie': `${cookieName(isNew, port)}=${session}; HttpOnly; path=/` },
  };
}

function cookieName(isNew: boolean, port: number): string {
  return isNew ? `QBT_SID_${port}` : 'SID';
}

function isIn({ isNew, port, sessions }: House, { headers }: Call): boolean {
  if (isNew && headers.authorization === `Bearer ${API_KEY}`) return true;
  const [name, value = ''] = (headers.cookie ?? '').split('=');
  return name === cookieName(isNew, port) && sessions.has(value);
}

async function add({ faults, isNew, torrents }: House, { form }: Call): Promise<Answer> {
  const file = form.get('torrents');
  const bytes = file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : undefined;
  if (bytes?.subarray(0, 1).toString() === '<') return { status: 415, body: 'not a valid torrent file' };
  const hash = bytes === undefined ? magnetHash(word(form, 'urls')) : hashOf(bytes);
  const isThere = torrents.has(hash);
  const forgets = faults.forgetsAdds > 0;
  if (forgets) faults.forgetsAdds -= 1;
  if (!isThere && !forgets) torrents.set(hash, newTorrent(hash, form, faults));
  return isNew ? tellNew({ isThere, hash, isMagnet: bytes === undefined }) : tellOld(isThere);
}

function tellOld(isThere: boolean): Answer {
  return { status: 200, body: isThere ? 'Fails.' : 'Ok.' };
}

function tellNew({ isThere, hash, isMagnet }: { isThere: boolean; hash: string; isMagnet: boolean }): Answer {
  const added = !isThere && !isMagnet;
  const counts = {
    success_count: added ? 1 : 0,
    failure_count: isThere ? 1 : 0,
    pending_count: !isThere && isMagnet ? 1 : 0,
    added_torrent_ids: added ? [hash] : [],
  };
  return { status: isThere ? 409 : isMagnet ? 202 : 200, body: JSON.stringify(counts) };
}

function newTorrent(hash: string, form: FormData, faults: Faults): Torrent {
  return {
    hash,
    // A 5.x server knows `stopped` only, and starts whatever else it is told.
    state: form.get('stopped') === 'true' ? 'stoppedDL' : 'downloading',
    tags: word(form, 'tags').split(',').filter(Boolean),
    category: word(form, 'category'),
    savePath: word(form, 'savepath') || '/default',
    ratioLimit: faults.ignoresLimits ? -2 : Number(form.get('ratioLimit') ?? -2),
    hiddenFor: faults.showsAfterLooks,
  };
}

function list({ torrents, faults }: House, { query }: Call): Answer {
  const wanted = query.get('hashes')?.split('|');
  const shown = [...torrents.values()].filter((torrent) => {
    if (wanted?.includes(torrent.hash) === false) return false;
    if (wanted !== undefined && torrent.hiddenFor > 0) torrent.hiddenFor -= 1;
    return torrent.hiddenFor === 0;
  });
  return { status: 200, body: JSON.stringify(shown.map((torrent) => serialize(torrent, faults.state))) };
}

function setShareLimits(house: House, call: Call): Answer {
  const wanted = ['inactiveSeedingTimeLimit', ...(house.isNew ? ['shareLimitAction'] : [])];
  if (!wanted.every((name) => call.form.has(name))) return { status: 400 };
  return change(house, call, (torrent) => (torrent.ratioLimit = Number(call.form.get('ratioLimit'))));
}

/** Unknown hashes are passed over. */
function change({ torrents, isNew }: House, { form }: Call, apply: (torrent: Torrent) => void): Answer {
  for (const hash of word(form, 'hashes').split('|')) {
    const torrent = torrents.get(hash);
    if (torrent !== undefined) apply(torrent);
  }
  return { status: isNew ? 204 : 200 };
}

/** Of the whole file: the tests here hand over files that hold nothing but bytes. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

function magnetHash(uri: string): string {
  return /btih:([0-9a-f]{40})/i.exec(uri)?.[1]?.toLowerCase() ?? 'none';
}

function serialize(torrent: Torrent, state: string | undefined): Record<string, unknown> {
  return {
    hash: torrent.hash,
    infohash_v1: torrent.hash,
    infohash_v2: '',
    name: 'book',
    state: state ?? torrent.state,
    size: 100,
    total_size: 100,
    amount_left: 50,
    progress: 0.5,
    save_path: torrent.savePath,
    download_path: '',
    content_path: `${torrent.savePath}/book`,
    tags: torrent.tags.join(', '),
    category: torrent.category,
    ratio: 0,
    ratio_limit: torrent.ratioLimit,
    seeding_time: 0,
    seeding_time_limit: -1,
    inactive_seeding_time_limit: -1,
  };
}

function word(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '', 'http://127.0.0.1');
  const type = request.headers['content-type'];
  const form =
    type === undefined
      ? new FormData()
      : // eslint-disable-next-line @typescript-eslint/no-deprecated -- small forms of our own adapter only
        await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData();
  return {
    path: url.pathname.replace('/api/v2/', ''),
    query: url.searchParams,
    form,
    headers: request.headers,
  };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(body);
}
