import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { connectIndexer } from '../../../src/activities/acquisition/connect.js';
import { packContent } from '../../../src/activities/acquisition/download-content.js';
import { steps } from '../../../src/activities/acquisition/download-steps.js';
import type { ActivityDeps } from '../../../src/activities/deps.js';
import type { DownloadTransition } from '../../../src/domain/acquisition/download-transition.js';
import { idWithin } from '../../../src/domain/jobs/job-id.js';
import { insertNewJob } from '../../../src/jobs/create.js';
import { findDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { findDownload, planDownload } from '../../../src/store/acquisition/downloads.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { openDownloads } from '../../../src/store/acquisition/polled-downloads.js';
import { pollClient } from '../../../src/workers/poll-client.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { eventually } from '../../support/eventually.js';
import { tablesWith } from '../../support/every-row.js';
import { hearLog } from '../../support/heard-log.js';
import { startOpdsContractServer, type OpdsBook } from '../../support/opds-contract-server.js';
import type { SourceServer } from '../../support/source-server.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';
import { storeAria2, storeRequest } from './stored-downloads.js';

const USER = { username: 'reader', password: 'opds-pass-of-this-test' };
const WRONG = 'opds-pass-of-last-year';
const signal = (): AbortSignal => AbortSignal.timeout(20_000);
const basic = (password: string): string => Buffer.from(`${USER.username}:${password}`).toString('base64');
const SECRETS = [USER.password, WRONG, basic(USER.password), basic(WRONG)];

/** Files for users only, handed to a real aria2 by the real step, and again by the real poller. */
describe('a download whose source asks for a user', () => {
  let fixture: Fixture;
  let aria2: Aria2Process;
  let source: SourceServer;
  let books: OpdsBook[];
  /** What jobs were told, and what was logged. */
  let told: DownloadTransition[];
  let lines: string[];
  let deps: ActivityDeps;

  beforeAll(async () => {
    fixture = await createFixture();
    aria2 = await startAria2Process(fixture.folder);
    await storeAria2(fixture, aria2);
  });

  afterAll(async () => {
    await aria2.stop();
    await fixture.close();
  });

  beforeEach(async () => {
    told = [];
    const heard = hearLog();
    lines = heard.lines;
    const temporal: ActivityDeps['temporal'] = {
      ...fixture.deps.temporal,
      signal: (_id, _name, [transition]) => {
        told.push(transition as DownloadTransition);
        return Promise.resolve(true);
      },
    };
    deps = { ...fixture.deps, temporal, log: heard.log };
    books = [{ id: 'b', title: 'Foundation', author: 'Isaac Asimov', published: '2026-03-01' }];
    source = await startOpdsContractServer({ version: '1.2', books, user: USER, closedFiles: true });
  });

  afterEach(async () => {
    await source.close();
    await deps.db.query('update downloads set removed_at = now()');
  });

  async function enter(password: string): Promise<void> {
    await saveIndexer(deps.db, {
      ...{ id: 'books', name: 'Books', kind: 'opds', baseUrl: `${source.origin}/opds`, categories: [] },
      ...{ username: USER.username, secret: deps.seal.seal(password), priority: 25, enabled: true },
      ...{ minimumSeeders: 1, seedRatio: null, seedMinutes: null },
    });
  }

  /** As it is planned while the right password is entered. */
  async function plan(): Promise<string> {
    await enter(USER.password);
    const { jobId, requestId } = await storeRequest(fixture, { state: 'downloading' });
    const params = { searchId: `search of ${jobId}`, candidate: 1, releaseTitle: 'A release', requestId };
    const wish = { type: 'monitor_download', params, createdBy: 'test', parentId: jobId };
    const { job } = await insertNewJob(deps.db, deps, wish);
    const id = idWithin('dl', job.id);
    const { indexer } = await connectIndexer(deps, 'books');
    const content = await indexer.fetchRelease(`${source.origin}/files/b`, signal());
    if (content.kind !== 'files') throw new Error(`Expected files, got a ${content.kind}`);
    await planDownload(deps.db, {
      ...{ id, jobId: job.id, round: 1, requestId, clientId: 'aria2', protocol: 'direct' },
      ...{ clientItemId: aria2.client.itemIdFor(id, 'b'), infoHash: null, releaseTitle: 'Foundation' },
      ...{ indexerId: 'books', guid: id, directory: `downloads:${id}`, content: packContent(content) },
      ...{ totalBytes: 20_000, minimumRatio: null, minimumSeedSeconds: null },
    });
    return id;
  }

  function start(downloadId: string): Promise<void> {
    return steps.create(deps).startDownload({ downloadId }, stepOf());
  }

  async function poll(): Promise<boolean> {
    const client = await findDownloadClient(deps.db, 'aria2');
    if (client === undefined) throw new Error('unreachable');
    const downloads = await openDownloads(deps.db, 'aria2');
    return pollClient(deps, { client, downloads, trusted: true, signal: signal() });
  }

  async function isComplete(id: string): Promise<boolean> {
    const item = (await findDownload(deps.db, id))?.clientItemId;
    const items = await aria2.client.list(signal());
    return items.some(({ clientItemId, state }) => clientItemId === item && state === 'complete');
  }

  it('says what is to be entered where its password is wrong, before any client hears of it', async () => {
    const id = await plan();
    await enter(WRONG);
    await expect(start(id)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('The catalogue "Books" refuses its user this file: HTTP 401'),
      remedy: expect.stringContaining('of the indexer "Books" anew'),
    });
    expect(await aria2.client.list(signal())).toEqual([]);
    await enter(USER.password);
    await start(id);
    await eventually(() => isComplete(id));
    // What is kept of it is its address alone.
    expect(await tablesWith(deps.db, [`${source.origin}/files/b`])).toEqual(['downloads']);
    expect(await tablesWith(deps.db, SECRETS)).toEqual([]);
  });

  it('waits for the right password when its client has lost it, and then comes by the one entered by now', async () => {
    const id = await plan();
    await start(id);
    await eventually(() => isComplete(id));
    await aria2.kill();
    await aria2.restart({ forget: true });
    await enter(WRONG);
    expect(await poll()).toBe(true);
    expect(told).toMatchObject([{ kind: 'held', reason: 'decision_needed' }]);
    expect(told[0]?.detail).toContain('The catalogue "Books" refuses its user this file: HTTP 401');
    expect(await findDownload(deps.db, id)).toMatchObject({ state: 'held' });
    // The client answers, and is not blamed; nor is the source asked at each poll.
    expect((await findDownloadClient(deps.db, 'aria2'))?.unreachableSince).toBeNull();
    const asked = source.requests.length;
    expect(await poll()).toBe(true);
    expect(source.requests).toHaveLength(asked);
    expect(told).toHaveLength(1);

    await enter(USER.password);
    await deps.db.query(
      `update downloads set poll_facts = jsonb_set(poll_facts, '{refused,nextMs}', '0') where id = $1`,
      [id],
    );
    await poll();
    await eventually(() => isComplete(id));
    await poll();
    await poll();
    expect(told.at(-1)).toMatchObject({ kind: 'complete' });
    expect(await tablesWith(deps.db, SECRETS)).toEqual([]);
    expect(lines.join('\n')).toContain('refuses');
    expect(SECRETS.filter((secret) => lines.join('\n').includes(secret))).toEqual([]);
  });

  it('gives way to the next release where its file is gone by then', async () => {
    const id = await plan();
    await start(id);
    await eventually(() => isComplete(id));
    await aria2.kill();
    await aria2.restart({ forget: true });
    books.splice(0);
    await poll();
    expect(told).toMatchObject([{ kind: 'release_fault', detail: expect.stringContaining('HTTP 404') }]);
  });
});
