import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { AddDownload, DownloadClient } from '../../../src/integrations/download-clients/port.js';
import {
  createQbittorrentClient,
  type QbittorrentClientOptions,
} from '../../../src/integrations/download-clients/qbittorrent/client.js';
import {
  API_KEY,
  hashOf,
  PASSWORD,
  startQbittorrentContractServer,
  USERNAME,
  type QbittorrentContractServer,
} from '../../support/qbittorrent-contract-server.js';

const signal = (): AbortSignal => AbortSignal.timeout(30_000);
const bytes = Buffer.from('a torrent file, as far as this server looks into it');
const infoHash = hashOf(bytes);
const book: AddDownload = {
  clientItemId: infoHash,
  ownerKey: 'dl-1',
  name: 'book',
  content: { kind: 'torrent', bytes, infoHash },
  directory: '/downloads/dl-1',
  hostDirectory: '/downloads/dl-1',
  resume: false,
};

// Against a contract server, since only 4.5.2 can be had; the real one passes the contract suite.
describe.each(['2.11.2', '2.11.4', '2.15.1'] as const)('the Web API %s of qBittorrent', (version) => {
  let server: QbittorrentContractServer;
  let client: DownloadClient;

  const connect = (more: Partial<QbittorrentClientOptions> = {}): DownloadClient =>
    createQbittorrentClient({
      ...{ id: 'qbittorrent', baseUrl: server.baseUrl, username: USERNAME, secret: PASSWORD },
      ...more,
    });
  const loginsOf = (): number => server.calls.filter((path) => path === 'auth/login').length;

  beforeEach(async () => {
    server = await startQbittorrentContractServer(version);
    client = connect();
  });

  afterEach(() => server.close());

  it('is logged in to, whatever its cookie is called, and once for calls at the same time', async () => {
    await Promise.all([client.list(signal()), client.list(signal()), client.probe(signal())]);
    expect((await client.probe(signal())).version).toMatch(/^5\.\d\.\d$/);
    expect(loginsOf()).toBe(1);
  });

  it('is logged in to again when the session has run out, once for calls at the same time', async () => {
    await client.list(signal());
    server.endSessions();
    await Promise.all([client.list(signal()), client.list(signal())]);
    expect(loginsOf()).toBe(2);
  });

  it('is not asked again and again with a password that it refuses: it would ban this host', async () => {
    const wrong = connect({ secret: 'wrong' });
    for (let time = 0; time < 3; time += 1)
      await expect(wrong.list(signal())).rejects.toMatchObject({ kind: 'credentials' });
    expect(loginsOf()).toBe(1);
  });

  it('is a fault of the credentials with a remedy when it has banned this host', async () => {
    server.faults.login = 'banned';
    await expect(client.list(signal())).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('banned'),
      remedy: expect.stringContaining('ban'),
    });
  });

  it('waits as unreachable while a page of something in between answers for it', async () => {
    server.faults.login = 'page';
    await expect(client.list(signal())).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'client_unreachable',
    });
  });

  it('takes an add into our folder, running, tagged and without limits of its own', async () => {
    await client.add({ ...book, category: 'books' }, signal());
    expect(server.torrents.get(infoHash)).toMatchObject({
      savePath: '/downloads/dl-1',
      state: 'downloading',
      tags: ['lp-dl-1'],
      category: 'books',
      ratioLimit: -1,
    });
    expect(await client.list(signal())).toMatchObject([{ clientItemId: infoHash, owners: ['dl-1'] }]);
  });

  it('is believed neither a no nor a lost answer (no. 11): a second add adopts what is there', async () => {
    server.faults.losesAnswer = true;
    await client.add(book, signal());
    await client.add({ ...book, ownerKey: 'dl-2' }, signal());
    expect(server.torrents.get(infoHash)?.tags).toEqual(['lp-dl-1', 'lp-dl-2']);
  });

  it('is asked until the torrent shows, as long as 5 s', async () => {
    server.faults.showsAfterLooks = 4;
    await client.add(book, signal());
    expect(server.calls.filter((path) => path === 'torrents/add')).toHaveLength(1);
    expect(await client.list(signal())).toHaveLength(1);
  });

  it('fails the add that it took without adding it, and takes the next (no. 12)', async () => {
    server.faults.forgetsAdds = 1;
    await expect(client.add(book, signal())).rejects.toMatchObject({ kind: 'transient' });
    await client.add(book, signal());
    expect(server.torrents.has(infoHash)).toBe(true);
  });

  it('takes a magnet link', async () => {
    const uri = `magnet:?xt=urn:btih:${infoHash}`;
    await client.add({ ...book, content: { kind: 'magnet', uri, infoHash } }, signal());
    expect(server.torrents.has(infoHash)).toBe(true);
  });

  it('blames the release for what is no torrent', async () => {
    const content = { kind: 'torrent', bytes: Buffer.from('<html>'), infoHash } as const;
    await expect(client.add({ ...book, content }, signal())).rejects.toMatchObject({ kind: 'release_fault' });
  });

  it('is told to lift the limits that an add did not lift', async () => {
    server.faults.ignoresLimits = true;
    await client.add(book, signal());
    expect(server.torrents.get(infoHash)?.ratioLimit).toBe(-1);
  });

  it('is stopped and started by its own words', async () => {
    await client.add(book, signal());
    await client.pause(infoHash, signal());
    expect(await client.list(signal())).toMatchObject([{ state: 'paused' }]);
    await client.resume(infoHash, signal());
    expect(await client.list(signal())).toMatchObject([{ state: 'active' }]);
    await client.remove(infoHash, { deleteData: true, hostDirectory: '/nowhere' }, signal());
    expect(await client.list(signal())).toEqual([]);
  });

  it('holds a download whose state nobody knows, without blame (no. 14)', async () => {
    await client.add(book, signal());
    server.faults.state = 'dreaming';
    expect(await client.list(signal())).toMatchObject([
      { state: 'held', fault: { blame: 'unknown', message: expect.stringContaining('"dreaming"') } },
    ]);
  });

  it('takes an API key in place of user and password, where it knows them', async () => {
    const keyed = connect({ username: null, secret: API_KEY });
    if (version === '2.15.1') expect((await keyed.probe(signal())).version).toBe('5.2.0');
    else await expect(keyed.probe(signal())).rejects.toMatchObject({ kind: 'credentials' });
    expect(loginsOf()).toBe(0);
  });
});
