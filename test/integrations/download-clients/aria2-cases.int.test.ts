import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { makeTorrent, type MadeTorrent } from '../../../src/cli/demo/torrent-maker.js';
import { startSeeder, type Seeder } from '../../../src/cli/demo/swarm.js';
import { startTracker, type Tracker } from '../../../src/cli/demo/tracker.js';
import type { DownloadItem, DownloadState } from '../../../src/domain/acquisition/download.js';
import { createAria2Client } from '../../../src/integrations/download-clients/aria2/client.js';
import type { AddDownload } from '../../../src/integrations/download-clients/port.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { canMount, createDisks } from '../../support/disks.js';
import { eventually } from '../../support/eventually.js';

const MIB = 1024 * 1024;
const signal = (): AbortSignal => AbortSignal.timeout(30_000);

let folder: string;
let aria2: Aria2Process;
let tracker: Tracker;
let seeder: Seeder;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-aria2-cases-'));
  tracker = await startTracker();
  seeder = await startOwnSeeder();
  aria2 = await startAria2Process(folder);
});

afterEach(async () => {
  await seeder.limitUpload(0);
  for (const item of await aria2.client.list(signal()))
    await aria2.client.remove(item.clientItemId, { deleteData: false, hostDirectory: folder }, signal());
});

afterAll(async () => {
  await aria2.stop();
  await seeder.close();
  await tracker.close();
  await rm(folder, { recursive: true, force: true });
});

const startOwnSeeder = (): Promise<Seeder> =>
  startSeeder({ aria2Path: 'aria2c', workFolder: path.join(folder, 'seeder') });

/** Nobody else has anything meanwhile. */
async function withoutSeeder(work: () => Promise<void>): Promise<void> {
  await seeder.close();
  await work().finally(async () => {
    seeder = await startOwnSeeder();
  });
}

interface Offer {
  torrent: MadeTorrent;
  /** As a torrent; `magnetOf` makes it a magnet. */
  add: AddDownload;
  id: string;
  content: Buffer;
  file: string;
  /** What the seeder has. */
  source: string;
}

/** A torrent of `bytes`, seeded unless nobody shall have it. */
async function offer(bytes: number, { seeded = true } = {}): Promise<Offer> {
  count += 1;
  const source = path.join(folder, `source-${count}`);
  await mkdir(path.join(source, 'book'), { recursive: true });
  const content = randomBytes(bytes);
  const hostPath = path.join(source, 'book', 'part.mp3');
  await writeFile(hostPath, content);
  const files = [{ hostPath, path: 'part.mp3' }];
  const torrent = await makeTorrent({ name: 'book', files, trackerUrl: tracker.announceUrl });
  tracker.allow(torrent.infoHash);
  if (seeded) await seeder.seed(torrent, source);
  const directory = path.join(folder, `download-${count}`);
  const add = addOf(torrent, { owner: `owner-${count}`, directory });
  return {
    torrent,
    add,
    id: add.clientItemId,
    content,
    file: path.join(directory, 'book', 'part.mp3'),
    source,
  };
}

function addOf(
  { bytes, infoHash }: MadeTorrent,
  { owner, directory }: { owner: string; directory: string },
): AddDownload {
  return {
    // Another's has another number, as what a person adds has.
    clientItemId: aria2.client.itemIdFor(owner, `${owner} ${infoHash}`),
    ownerKey: owner,
    name: 'a book',
    content: { kind: 'torrent', bytes, infoHash },
    directory,
    hostDirectory: directory,
    resume: false,
  };
}

function magnetOf({ add, torrent }: Offer, hash = torrent.infoHash): AddDownload {
  const uri = `magnet:?xt=urn:btih:${hash}&dn=book&tr=${encodeURIComponent(tracker.announceUrl)}`;
  return { ...add, content: { kind: 'magnet', uri, infoHash: torrent.infoHash } };
}

/** What a person, or a crash, leaves in the download's folder. */
async function putData({ file, content }: Offer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function find(id: string): Promise<DownloadItem | undefined> {
  return (await aria2.client.list(signal())).find(({ clientItemId }) => clientItemId === id);
}

async function untilState(id: string, ...states: DownloadState[]): Promise<DownloadItem> {
  const seen: DownloadItem[] = [];
  await eventually(
    async () => {
      const item = await find(id);
      if (item !== undefined && states.includes(item.state)) seen.push(item);
      return seen.length > 0;
    },
    { withinMs: 40_000, everyMs: 30 },
  );
  const [item] = seen;
  if (item === undefined) throw new Error('unreachable: eventually would have thrown');
  return item;
}

async function expectWhole({ file, content }: Offer): Promise<void> {
  expect(
    createHash('sha1')
      .update(await readFile(file))
      .digest('hex'),
  ).toBe(createHash('sha1').update(content).digest('hex'));
}

const sessionId = async (): Promise<string | undefined> => (await aria2.client.probe(signal())).sessionId;

describe('aria2 and magnets', () => {
  it('magnet GID "complete" with metadata only (no. 68): the item stays under our id until the data is there', async () => {
    await seeder.limitUpload(MIB);
    const offered = await offer(3 * MIB);
    await aria2.client.add(magnetOf(offered), signal());
    await aria2.client.add(magnetOf(offered), signal());
    const seen = new Set<DownloadState>();
    await eventually(
      async () => {
        const item = await find(offered.id);
        if (item !== undefined) seen.add(item.state);
        if (item?.state === 'complete' || item?.state === 'seeding') {
          expect(item.completedBytes).toBe(3 * MIB);
          return true;
        }
        return false;
      },
      { withinMs: 40_000, everyMs: 10 },
    );
    expect(seen).toContain('active');
    expect(await aria2.call('aria2.tellStatus', offered.id, ['status', 'followedBy'])).toMatchObject({
      status: 'complete',
      followedBy: [expect.any(String)],
    });
    const items = await aria2.client.list(signal());
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ clientItemId: offered.id, infoHash: offered.torrent.infoHash });
    expect(await aria2.client.files(offered.id, signal())).toEqual([
      { path: 'book/part.mp3', sizeBytes: 3 * MIB, completedBytes: 3 * MIB },
    ]);
    await expectWhole(offered);
  });

  it('tells no files while only the description is fetched, and takes a hash in base32', async () => {
    const offered = await offer(MIB, { seeded: false });
    await aria2.client.add(magnetOf(offered, base32(offered.torrent.infoHash)), signal());
    expect(await find(offered.id)).toMatchObject({ state: 'metadata', infoHash: offered.torrent.infoHash });
    expect(await aria2.client.files(offered.id, signal())).toEqual([]);
    await aria2.client.pause(offered.id, signal());
    expect(await find(offered.id)).toMatchObject({ state: 'paused' });
    await aria2.client.resume(offered.id, signal());
    await seeder.seed(offered.torrent, offered.source);
    await untilState(offered.id, 'seeding');
    await expectWhole(offered);
  });

  it('pauses, resumes and removes what a magnet led to, with the description that was kept', async () => {
    await seeder.limitUpload(MIB);
    const offered = await offer(4 * MIB);
    await aria2.client.add(magnetOf(offered), signal());
    await untilState(offered.id, 'active');
    await aria2.client.pause(offered.id, signal());
    await aria2.client.pause(offered.id, signal());
    const paused = await find(offered.id);
    expect(paused?.state).toBe('paused');
    expect((await find(offered.id))?.completedBytes).toBe(paused?.completedBytes);
    await aria2.client.resume(offered.id, signal());
    await seeder.limitUpload(0);
    await untilState(offered.id, 'seeding');
    expect(await readdir(offered.add.hostDirectory)).toContain(`${offered.torrent.infoHash}.torrent`);
    const { hostDirectory } = offered.add;
    await aria2.client.remove(offered.id, { deleteData: true, hostDirectory }, signal());
    expect(existsSync(hostDirectory)).toBe(false);
    expect(await aria2.call('aria2.tellStopped', 0, 10, ['gid'])).toEqual([]);
  });

  it.each([['magnet:?dn=nothing'], ['magnet:?xt=urn:btih:zz'], ['http://127.0.0.1:9/x.torrent']])(
    'blames the release for %s, and keeps nothing of it',
    async (uri) => {
      const { add, id } = await offer(1_000, { seeded: false });
      const content = { kind: 'magnet', uri, infoHash: 'f'.repeat(40) } as const;
      const refused = aria2.client.add({ ...add, content }, signal());
      await expect(refused).rejects.toMatchObject({ kind: 'release_fault' });
      expect(await find(id)).toBeUndefined();
    },
  );

  it.each([false, true])('goes on after kill -9 in the middle (session lost: %s)', async (forget) => {
    await seeder.limitUpload(MIB);
    const offered = await offer(4 * MIB);
    await aria2.client.add(magnetOf(offered), signal());
    await eventually(async () => ((await find(offered.id))?.completedBytes ?? 0) > MIB, {
      withinMs: 30_000,
    });
    await aria2.kill();
    await aria2.restart({ forget });
    await aria2.client.add({ ...magnetOf(offered), resume: true }, signal());
    await seeder.limitUpload(0);
    await untilState(offered.id, 'seeding');
    await expectWhole(offered);
  });

  it('seeds again at once after kill -9, though nobody has the description any more', async () => {
    const offered = await offer(MIB);
    await aria2.client.add(magnetOf(offered), signal());
    await untilState(offered.id, 'seeding');
    // Until then it would come back from there.
    await eventually(async () => !(await readFile(aria2.session, 'utf8')).includes(offered.id));
    await aria2.kill();
    await withoutSeeder(async () => {
      await aria2.restart();
      expect(await find(offered.id)).toBeUndefined();
      await aria2.client.add({ ...magnetOf(offered), resume: true }, signal());
      expect(await untilState(offered.id, 'seeding')).toMatchObject({ completedBytes: MIB });
    });
  });

  it('counts a magnet as lost whose data somebody took out of aria2, and takes it again', async () => {
    const offered = await offer(MIB);
    await aria2.client.add(magnetOf(offered), signal());
    await untilState(offered.id, 'seeding');
    const status = (await aria2.call('aria2.tellStatus', offered.id, ['followedBy'])) as {
      followedBy: string[];
    };
    const [child = ''] = status.followedBy;
    await aria2.call('aria2.forceRemove', child);
    // Whole when it was removed: aria2 calls that complete.
    await untilState(offered.id, 'complete');
    await aria2.call('aria2.removeDownloadResult', child);
    expect(await find(offered.id)).toBeUndefined();
    await expect(aria2.client.files(offered.id, signal())).rejects.toMatchObject({ kind: 'gone' });
    await aria2.client.add({ ...magnetOf(offered), resume: true }, signal());
    await untilState(offered.id, 'seeding');
  });
});

function base32(hex: string): string {
  const bits = [...Buffer.from(hex, 'hex')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return (bits.match(/.{5}/g) ?? []).map((five) => letters[Number.parseInt(five, 2)]).join('');
}

describe('aria2 and what it has already', () => {
  it('is one item for all that want the same content', () => {
    const { client } = aria2;
    expect(client.itemIdFor('one', 'AB'.repeat(20))).toBe(client.itemIdFor('other', 'ab'.repeat(20)));
    expect(client.itemIdFor('one', 'ab'.repeat(20))).toMatch(/^[0-9a-f]{12}0000$/);
  });

  it('crash after add, before recording (no. 10): a lost answer is no second item', async () => {
    const offered = await offer(MIB);
    const { rpcUrl, secret } = aria2;
    const dropping = createAria2Client({
      id: 'aria2',
      rpcUrl,
      secret,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (!(typeof init?.body === 'string' && init.body.includes('aria2.addTorrent'))) return response;
        await response.arrayBuffer();
        throw new TypeError('fetch failed');
      },
    });
    await dropping.add(offered.add, signal());
    await aria2.client.add(offered.add, signal());
    expect(await aria2.client.list(signal())).toHaveLength(1);
    await untilState(offered.id, 'seeding');
  });

  it('duplicate already in client (no. 13): adopted, shown under our id too, and never deleted', async () => {
    await seeder.limitUpload(2 * MIB);
    const offered = await offer(3 * MIB);
    await aria2.client.add(offered.add, signal());
    const directory = path.join(folder, `second-${count}`);
    const second = addOf(offered.torrent, { owner: 'another', directory });
    await aria2.client.add(second, signal());
    await aria2.client.add(second, signal());
    await eventually(async () => (await find(second.clientItemId))?.directory === offered.add.directory);
    await seeder.limitUpload(0);
    const adopted = await untilState(second.clientItemId, 'seeding');
    expect(adopted).toMatchObject({ completedBytes: 3 * MIB, directory: offered.add.directory });
    expect(adopted).not.toHaveProperty('fault');
    expect(await aria2.client.files(second.clientItemId, signal())).toEqual([
      { path: 'book/part.mp3', sizeBytes: 3 * MIB, completedBytes: 3 * MIB },
    ]);
    // Neither pauses nor removes what it has only adopted.
    await aria2.client.pause(second.clientItemId, signal());
    const remove = { deleteData: true, hostDirectory: directory };
    await aria2.client.remove(second.clientItemId, remove, signal());
    expect(await find(second.clientItemId)).toBeUndefined();
    expect((await find(offered.id))?.state).toBe('seeding');
    await expectWhole(offered);
  });

  it('error 12/13 taken for failure (no. 72): a duplicate whose first is gone, and data that is there, are added again', async () => {
    const offered = await offer(MIB);
    await aria2.client.add(offered.add, signal());
    const directory = path.join(folder, `second-${count}`);
    const second = addOf(offered.torrent, { owner: 'another', directory });
    await aria2.client.add(second, signal());
    await untilState(offered.id, 'seeding');
    const { hostDirectory } = offered.add;
    await aria2.client.remove(offered.id, { deleteData: true, hostDirectory }, signal());
    expect((await untilState(second.clientItemId, 'held')).fault).toMatchObject({
      blame: 'environment',
      code: '12',
    });
    await aria2.client.add({ ...second, resume: true }, signal());
    await untilState(second.clientItemId, 'seeding');

    const there = await offer(MIB, { seeded: false });
    await putData(there);
    await aria2.client.add(there.add, signal());
    expect((await untilState(there.id, 'held')).fault).toMatchObject({ blame: 'environment', code: '13' });
    // An item that ended with an error cannot go on: it is added again, under the same number.
    await aria2.client.resume(there.id, signal());
    expect((await find(there.id))?.state).toBe('held');
    await aria2.client.add({ ...there.add, resume: true }, signal());
    expect(await untilState(there.id, 'seeding')).toMatchObject({ completedBytes: MIB });
  });

  it('removed by user or client before import (no. 16): told as that, then not there at all', async () => {
    const offered = await offer(MIB, { seeded: false });
    await aria2.client.add(offered.add, signal());
    await aria2.call('aria2.forceRemove', offered.id);
    await untilState(offered.id, 'removedExternally');
    await aria2.call('aria2.purgeDownloadResult');
    expect(await find(offered.id)).toBeUndefined();
    await expect(aria2.client.resume(offered.id, signal())).rejects.toMatchObject({ kind: 'gone' });
  });

  it('complete but stopped is not imported (no. 20): whole and paused is whole', async () => {
    const offered = await offer(MIB);
    await aria2.client.add(offered.add, signal());
    await untilState(offered.id, 'seeding');
    await aria2.client.pause(offered.id, signal());
    expect(await find(offered.id)).toMatchObject({ state: 'complete', completedBytes: MIB });
    await aria2.client.resume(offered.id, signal());
    await untilState(offered.id, 'seeding');
  });
});

describe('aria2 that was killed', () => {
  it('client restarts or is down for hours (no. 17): an environment fault, and nothing else is said of any item', async () => {
    const offered = await offer(MIB, { seeded: false });
    await aria2.client.add(magnetOf(offered), signal());
    const before = await sessionId();
    await eventually(async () => (await readFile(aria2.session, 'utf8')).includes(offered.id));
    await aria2.kill();
    await expect(aria2.client.list(signal())).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'client_unreachable',
    });
    await aria2.restart();
    expect(await sessionId()).not.toBe(before);
    expect(await find(offered.id)).toMatchObject({ state: 'metadata' });
  });

  it('target dir missing at addTorrent (no. 69): it is made first, so that an aria2 that keeps torrents has it in its session file', async () => {
    const keeping = await startAria2Process(folder, ['--rpc-save-upload-metadata=true']);
    try {
      const offered = await offer(MIB, { seeded: false });
      const directory = path.join(offered.add.directory, 'not', 'there', 'yet');
      await keeping.client.add({ ...offered.add, directory, hostDirectory: directory }, signal());
      expect((await stat(directory)).isDirectory()).toBe(true);
      await keeping.call('aria2.saveSession');
      expect(await readFile(keeping.session, 'utf8')).toContain(`gid=${offered.id}`);
      await keeping.kill();
      await keeping.restart();
      expect(await keeping.client.list(signal())).toMatchObject([{ clientItemId: offered.id }]);
    } finally {
      await keeping.stop();
    }
  });

  it('aria2c killed while seeding (no. 70): unknown in a new session, and seeds at once when it is given again', async () => {
    const offered = await offer(2 * MIB);
    await aria2.client.add(offered.add, signal());
    await untilState(offered.id, 'seeding');
    const before = await sessionId();
    await aria2.kill();
    await aria2.restart();
    expect(await sessionId()).not.toBe(before);
    expect(await find(offered.id)).toBeUndefined();
    await withoutSeeder(async () => {
      await aria2.client.add({ ...offered.add, resume: true }, signal());
      // Its count of what it uploaded begins anew: the sum is for whoever keeps it.
      const again = await untilState(offered.id, 'seeding');
      expect(again).toMatchObject({ completedBytes: 2 * MIB, uploadedBytes: 0 });
    });
  });

  it('recheck turns complete into 0 % (no. 24): damaged data is not whole when it is given again', async () => {
    const offered = await offer(2 * MIB);
    await aria2.client.add(offered.add, signal());
    await untilState(offered.id, 'seeding');
    await aria2.kill();
    await writeFile(offered.file, Buffer.alloc(2 * MIB));
    await seeder.limitUpload(MIB);
    await aria2.restart();
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    expect((await untilState(offered.id, 'active')).completedBytes).toBeLessThan(2 * MIB);
    await seeder.limitUpload(0);
    await untilState(offered.id, 'seeding');
    await expectWhole(offered);
  });
});

const asRoot = canMount ? describe : describe.skip;

asRoot('aria2 on a full disk', () => {
  const disks = createDisks();
  afterEach(() => {
    disks.unmountAll();
  });

  it('disk full leaves a 0-byte control file (no. 71): it goes, and what is good of the data is kept', async () => {
    const offered = await offer(6 * MIB);
    const { hostDirectory } = offered.add;
    await disks.mountTmpfs(hostDirectory, '3m');
    // As a disk fills up while it runs: nothing is reserved before.
    await aria2.call('aria2.changeGlobalOption', { 'file-allocation': 'none' });
    await aria2.client.add(offered.add, signal());
    const held = await untilState(offered.id, 'held');
    expect(held.fault).toMatchObject({ blame: 'environment', code: 'disk_full' });
    const control = path.join(hostDirectory, 'book.aria2');
    expect((await stat(control)).size).toBe(0);
    disks.remount(hostDirectory, 'size=20m');
    await seeder.limitUpload(MIB);
    await aria2.client.add({ ...offered.add, resume: true }, signal());
    const again = await untilState(offered.id, 'active');
    expect(again.completedBytes).toBeGreaterThan(MIB);
    await seeder.limitUpload(0);
    await untilState(offered.id, 'seeding');
    await expectWhole(offered);
    const remove = { deleteData: true, hostDirectory };
    await aria2.client.remove(offered.id, remove, signal());
  });
});

describe('aria2’s own settings', () => {
  it('are fine as Longplay starts it', async () => {
    expect(await aria2.client.check(signal())).toEqual({
      warnings: [],
      saveDirectory: expect.stringContaining(folder),
    });
  });

  it('are warned of where they are against what Longplay does', async () => {
    const other = await startAria2Process(folder, [
      ...['--seed-ratio=1.0', '--seed-time=30', '--bt-stop-timeout=600', '--bt-detach-seed-only=false'],
      '--rpc-max-request-size=2M',
    ]);
    try {
      const { warnings } = await other.client.check(signal());
      expect(warnings.map(({ code }) => code)).toEqual([
        'stops_seeding_at_ratio',
        'stops_seeding_after_time',
        'gives_up_stalled',
        'seeding_fills_slots',
        'refuses_large_torrents',
      ]);
    } finally {
      await other.stop();
    }
  });

  it('are not told to who has a wrong secret, whatever is asked', async () => {
    const stranger = createAria2Client({ id: 'aria2', rpcUrl: aria2.rpcUrl, secret: 'wrong' });
    await expect(stranger.check(signal())).rejects.toMatchObject({ kind: 'credentials' });
    await expect(stranger.probe(signal())).rejects.toMatchObject({ kind: 'credentials' });
    await expect(stranger.list(signal())).rejects.toMatchObject({ kind: 'credentials' });
    await expect(stranger.pause('0'.repeat(16), signal())).rejects.toMatchObject({ kind: 'credentials' });
  });

  it('refuses an aria2 that is too old, and names both versions', async () => {
    const old = createAria2Client({
      id: 'aria2',
      rpcUrl: aria2.rpcUrl,
      fetch: () => Promise.resolve(Response.json({ id: 1, jsonrpc: '2.0', result: { version: '1.19.3' } })),
    });
    await expect(old.probe(signal())).rejects.toMatchObject({
      kind: 'bad_input',
      message: 'Expected aria2 1.34 or later, got 1.19.3',
    });
  });
});
