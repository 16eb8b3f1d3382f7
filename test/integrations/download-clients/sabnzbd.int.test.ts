import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { choosePort } from '../../../src/embedded/ports.js';
import type { DownloadItem, DownloadState } from '../../../src/domain/acquisition/download.js';
import { createSabnzbdClient } from '../../../src/integrations/download-clients/sabnzbd/client.js';
import type { AddDownload, DownloadClient } from '../../../src/integrations/download-clients/port.js';
import { startCuttable } from '../../support/cut.js';
import {
  startSabnzbdContractServer,
  type SabnzbdContractServer,
} from '../../support/sabnzbd-contract-server.js';
import type { JobFailure } from '../../support/sabnzbd-jobs.js';
import { postFiles } from '../../support/usenet-post.js';
import { describeUsenetClient } from './usenet-contract.js';

const API_KEY = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const signal = (): AbortSignal => AbortSignal.timeout(30_000);

function clientAt(
  port: number,
  secret = API_KEY,
  baseUrl = `http://127.0.0.1:${port}/sabnzbd`,
): DownloadClient {
  return createSabnzbdClient({ id: 'sabnzbd', baseUrl, secret });
}

const folder = mkdtempSync(path.join(tmpdir(), 'longplay-sabnzbd-'));

describeUsenetClient({
  name: 'SABnzbd (contract server)',
  folder,
  start: async () => {
    const server = await startSabnzbdContractServer({ folder, apiKey: API_KEY });
    const way = await startCuttable(server.port);
    return {
      client: clientAt(way.port),
      unreachable: clientAt(await choosePort(0)),
      refused: clientAt(way.port, 'wrong'),
      secret: API_KEY,
      way,
      addWord: 'addfile',
      news: server.news,
      kill: server.stopListening,
      restart: server.listen,
      stop: async () => {
        await way.close();
        await server.stopListening();
      },
    };
  },
});

describe('what is peculiar to SABnzbd (contract server)', () => {
  let root: string;
  let server: SabnzbdContractServer;
  let client: DownloadClient;
  let count = 0;

  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'longplay-sabnzbd-'));
    server = await startSabnzbdContractServer({ folder: root, apiKey: API_KEY });
    client = clientAt(server.port);
  });

  afterEach(async () => {
    await server.stopListening();
    await rm(root, { recursive: true, force: true });
  });

  const given = new Map<string, AddDownload>();

  async function add(failure?: JobFailure): Promise<string> {
    count += 1;
    const { nzb } = postFiles(server.news, [{ name: 'book.mp3', bytes: Buffer.alloc(100_000, count) }]);
    const ownerKey = `owner ${count}`;
    const download: AddDownload = {
      clientItemId: client.itemIdFor(ownerKey, 'content'),
      ownerKey,
      name: `Book ${count} / {{secret}} password=x`,
      content: { kind: 'nzb', bytes: nzb },
      directory: '/not/of/usenet',
      hostDirectory: '/not/of/usenet',
      resume: false,
      category: 'audio',
    };
    server.failNext(failure);
    await client.add(download, signal());
    given.set(download.clientItemId, download);
    return download.clientItemId;
  }

  /** As the poller does once what held it may have passed. */
  async function giveAgain(id: string): Promise<void> {
    await client.add({ ...wanted(id), resume: true, afterFault: true }, signal());
  }

  function wanted(id: string): AddDownload {
    const download = given.get(id);
    if (download === undefined) throw new Error(`Expected ${id} to have been given`);
    return download;
  }

  async function find(id: string): Promise<DownloadItem | undefined> {
    return (await client.list(signal())).find(({ clientItemId }) => clientItemId === id);
  }

  /** Every state that it is seen in on its way, until one that lasts. */
  async function wayOf(id: string): Promise<DownloadItem[]> {
    const over: DownloadState[] = ['complete', 'failed', 'held', 'paused', 'removedExternally'];
    const seen: DownloadItem[] = [];
    for (let looks = 0; looks < 20; looks += 1) {
      const item = await find(id);
      if (item !== undefined) seen.push(item);
      if (item !== undefined && over.includes(item.state)) break;
    }
    return seen;
  }

  it('is not complete with all bytes there, nor before it has said where they are (no. 21)', async () => {
    const id = await add();
    const seen = await wayOf(id);
    expect(seen.slice(0, -1).map(({ state }) => state)).not.toContain('complete');
    expect(seen.some(({ state, completedBytes }) => state === 'checking' && completedBytes > 0)).toBe(true);
    const last = seen.at(-1);
    expect(last).toMatchObject({ state: 'complete', category: 'audio' });
    expect((await readFile(path.join(last?.directory ?? '', 'book.mp3'))).length).toBe(100_000);
  });

  it('sends its key and its words in the body only', async () => {
    await wayOf(await add());
    await client.check(signal());
    expect(server.calls.map(({ url }) => url)).toEqual(server.calls.map(() => '/sabnzbd/api'));
    const upload = server.calls.find(({ fields }) => fields['mode'] === 'addfile');
    expect(upload?.fields).toMatchObject({ pp: '3', cat: 'audio', output: 'json' });
    expect(upload?.fields['nzbname']).toMatch(/^Book \d+ secret password x \[lp-[0-9a-f]{16}\]$/);
  });

  it.each(['json', 'text', 'status'] as const)('knows a refused key that is told as %s', async (style) => {
    server.setRefusalStyle(style);
    await expect(clientAt(server.port, 'wrong').probe(signal())).rejects.toMatchObject({
      kind: 'credentials',
      message: 'SABnzbd refuses the API key',
    });
  });

  it('says that an address is not that of SABnzbd', async () => {
    const elsewhere = clientAt(server.port, API_KEY, `http://127.0.0.1:${server.port}/wrong`);
    await expect(elsewhere.list(signal())).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'client_unreachable',
      message: expect.stringContaining('a web page with HTTP 404'),
    });
  });

  it.each<[JobFailure, string, string]>([
    ['incomplete', 'failed', 'release'],
    ['repair', 'failed', 'release'],
    ['password', 'failed', 'release'],
    ['disk', 'held', 'environment'],
    ['script', 'held', 'unknown'],
  ])('tells the failure "%s" as %s, blaming the %s', async (failure, state, blame) => {
    expect((await wayOf(await add(failure))).at(-1)).toMatchObject({ state, fault: { blame } });
  });

  it.each<JobFailure>(['incomplete', 'repair', 'password', 'disk', 'script'])(
    'blames no release for the failure "%s" told in German',
    async (failure) => {
      server.settings['language'] = 'de';
      expect((await wayOf(await add(failure))).at(-1)).toMatchObject({
        state: 'held',
        fault: { blame: 'unknown', message: expect.stringContaining('English') },
      });
    },
  );

  it('tries anew, under its id, what failed for want of space', async () => {
    const id = await add('disk');
    expect((await wayOf(id)).at(-1)).toMatchObject({ fault: { code: 'disk_full' } });
    await client.add({ ...wanted(id), resume: true }, signal());
    expect(await find(id)).toMatchObject({ state: 'held' });
    await giveAgain(id);
    expect((await wayOf(id)).at(-1)).toMatchObject({ state: 'complete' });
    expect(await client.list(signal())).toHaveLength(1);
  });

  it('leaves alone what failed for the sake of the release', async () => {
    const id = await add('repair');
    await wayOf(id);
    await giveAgain(id);
    expect(await find(id)).toMatchObject({ state: 'failed' });
  });

  it('is held while SABnzbd paused for want of space, and goes on once there is some', async () => {
    server.queue.freeGigabytes = 0.5;
    const id = await add();
    expect((await wayOf(id)).at(-1)).toMatchObject({ state: 'held', fault: { blame: 'environment' } });
    expect(await find(id)).toMatchObject({ clientPaused: true });
    await giveAgain(id);
    expect(await find(id)).toMatchObject({ state: 'held' });
    server.queue.freeGigabytes = 50;
    expect(await find(id)).toMatchObject({ state: 'paused', clientPaused: true });
    await giveAgain(id);
    expect((await wayOf(id)).at(-1)).toMatchObject({ state: 'complete' });
  });

  it('finds an item behind hundreds of newer ones, and of strangers', async () => {
    const id = await add();
    await wayOf(id);
    const [first] = server.jobs;
    if (first === undefined) throw new Error('Expected a job');
    for (let at = 0; at < 1_200; at += 1) {
      const tag = at < 600 ? ` [lp-${at.toString(16).padStart(16, '0')}]` : '';
      const newer = { ...first, id: `SABnzbd_nzo_x${at}`, name: `Newer ${at}${tag}` };
      server.jobs.push({ ...newer, completed: first.completed + 1_000 + at });
    }
    expect(await find(id)).toMatchObject({ state: 'complete' });
    expect(await client.list(signal())).toHaveLength(601);
    expect(await client.files(id, signal())).toBeUndefined();
  });

  it('reads a queue of many pages', async () => {
    const id = await add();
    server.news.holdAfter(0);
    const [first] = server.jobs;
    if (first === undefined) throw new Error('Expected a job');
    for (let at = 0; at < 1_100; at += 1) {
      server.jobs.unshift({ ...first, id: `SABnzbd_nzo_y${at}`, name: `Before ${at}`, isPaused: true });
    }
    expect(await client.list(signal())).toHaveLength(1_101);
    expect(await find(id)).toBeDefined();
  });

  it('leaves nothing in the archive, neither of its own deletes nor of a hand', async () => {
    const [one, other] = [await add(), await add()];
    for (const id of [one, other]) await wayOf(id);
    for (const job of server.jobs) job.isArchived = job.name.includes(other);
    expect(await find(other)).toBeUndefined();
    for (const id of [one, other]) {
      await client.remove(id, { deleteData: false, hostDirectory: root }, signal());
    }
    expect(server.jobs).toEqual([]);
  });

  it('deletes what is post-processed just now, with its work folder', async () => {
    const id = await add();
    for (let looks = 0; looks < 20 && server.jobs[0]?.stage !== 'Verifying'; looks += 1) await find(id);
    await client.remove(id, { deleteData: true, hostDirectory: path.join(root, 'complete') }, signal());
    expect(server.jobs).toEqual([]);
    expect(await find(id)).toBeUndefined();
  });

  it('sees an encrypted archive before it is downloaded whole', async () => {
    const id = await add();
    server.news.holdAfter(0);
    const [job] = server.jobs;
    if (job === undefined) throw new Error('Expected a job');
    Object.assign(job, { isPaused: true, name: `ENCRYPTED / ${job.name}` });
    expect(await find(id)).toMatchObject({ state: 'failed', fault: { blame: 'release', code: 'ENCRYPTED' } });
  });

  it('warns of settings that hide failures, lose items or refuse what is added', async () => {
    expect((await client.check(signal())).warnings).toEqual([]);
    const worse = { language: 'de', download_free: '', no_dupes: '1', history_retention: '-1' };
    Object.assign(server.settings, worse);
    expect((await client.check(signal())).warnings.map(({ code }) => code)).toEqual([
      'not_english',
      'no_disk_reserve',
      'refuses_duplicates',
      'keeps_no_history',
    ]);
  });
});
