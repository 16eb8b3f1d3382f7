import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';

import { ensureDefaults } from '../../../src/cli/defaults.js';
import {
  startTorznabServer,
  type TorznabItem,
  type TorznabServer,
} from '../../../src/cli/demo/torznab-server.js';
import { createJob } from '../../../src/jobs/create.js';
import { decideRequest } from '../../../src/jobs/decide-request.js';
import { makeWish } from '../../../src/jobs/wish.js';
import { saveDelayProfile } from '../../../src/store/acquisition/delay-profiles.js';
import { findRequest, timelineOf } from '../../../src/store/acquisition/requests.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { DEFAULT_DELAY_PROFILE } from '../../../src/domain/acquisition/delay-profile.js';
import { writeTorrent } from '../../integrations/indexers/torrents.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { eventually } from '../../support/eventually.js';
import { testTemporal } from '../../support/servers.js';

// Titles that no other test asks for: all share one Temporal server.
const API_KEY = 'of-this-test';
const MINUTE = 60_000;
const torrent = writeTorrent();
const item: TorznabItem = {
  ...{ guid: 'one', title: 'H. G. Wells - Bealby [M4B]', category: 3030, sizeBytes: 300 * 1_048_576 },
  ...{ seeders: 12, infoHash: torrent.infoHash, torrent: torrent.bytes },
};
const late: TorznabItem = { ...item, guid: 'late', title: 'H. G. Wells - Mr Britling Sees It Through [M4B]' };

/** What is offered; tests add to it. */
const items = [item, late];

let core: TestCore;
let indexer: TorznabServer;

beforeAll(async () => {
  core = await startTestCore();
  await ensureDefaults(core.parts, { aria2: { missing: 'not needed here' } });
  indexer = await startTorznabServer({ items, apiKey: API_KEY });
  const { db, seal } = core.parts;
  await saveIndexer(db, {
    ...{ id: 'one', name: 'One', kind: 'torznab', baseUrl: indexer.url, username: null, categories: [] },
    ...{ secret: seal.seal(API_KEY), priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null },
    enabled: true,
  });
});

const asked: string[] = [];

// What stays open would go on in the core of the next file, on another database.
afterAll(async () => {
  for (const jobId of asked) {
    await makeWish(core.parts, { jobId, kind: 'cancel', madeBy: 'test' });
    await core.until(jobId, ({ status }) => status === 'cancelled', 30_000);
  }
  await core.stop();
  await indexer.close();
});

async function ask(title: string, own: object = {}): Promise<string> {
  const params = {
    item: { mediaType: 'audiobook', title, author: 'H. G. Wells' },
    libraryId: 'library',
    ...own,
  };
  const { id } = (await createJob(core.parts, { type: 'request', params, createdBy: 'ann' })).job;
  asked.push(id);
  return id;
}

/** One release that was fetched from the indexer today, by a client that is off. */
async function storeGrab(): Promise<void> {
  const { db } = core.parts;
  await db.query(
    `insert into download_clients (id, name, kind, base_url, enabled) values ('off', 'Off', 'aria2', 'http://127.0.0.1:1', false)`,
  );
  await db.query(
    `insert into downloads (id, job_id, round, client_id, client_item_id, release_title, indexer_id, guid, directory, removed_at)
     select 'dl-today', id, 1, 'off', 'x', 'Another', 'one', 'other', 'downloads:dl-today', now() from jobs limit 1`,
  );
}

async function secondGrab(jobId: string): Promise<string> {
  let found: string | undefined;
  await eventually(async () => {
    const { rows } = await core.parts.db.query<{ id: string }>(
      `select id from jobs where parent_id = $1 and type = 'monitor_download' order by created_at`,
      [jobId],
    );
    found = rows[1]?.id;
    return found !== undefined;
  });
  return found ?? '';
}

/** A number behind a title would be a volume's. */
function lettersOf(number: number): string {
  return [Math.floor(number / 26), number % 26].map((place) => String.fromCharCode(97 + place)).join('');
}

/** Every payload of a run's history, as text. */
async function payloadsOf(workflowId: string): Promise<string[]> {
  const { address, namespace } = testTemporal();
  const connection = await Connection.connect({ address });
  try {
    const handle = new Client({ connection, namespace }).workflow.getHandle(workflowId);
    const history = JSON.stringify(await handle.fetchHistory());
    return [...history.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map(([, data]) =>
      Buffer.from(data ?? '', 'base64').toString(),
    );
  } finally {
    await connection.close();
  }
}

const again = (jobId: string): Promise<void> =>
  decideRequest(core.parts, jobId, { wish: { kind: 'retryStage' }, by: 'ann', reason: null });

describe('a grab that fails by no fault of its release', () => {
  it('is tried again soon, and with the same release', async () => {
    item.downloadFault = 'broken';
    const id = await ask('Bealby');
    const waits = await core.until(id, ({ waitingReason }) => waitingReason === 'retry_backoff', 60_000);
    expect(waits.sentence).toContain('502');
    const next = Date.parse(waits.nextAttemptAt ?? '') - Date.now();
    expect(next).toBeGreaterThan(MINUTE);
    expect(next).toBeLessThan(6 * MINUTE);

    delete item.downloadFault;
    await again(id);
    const second = await secondGrab(id);
    // Nobody fetches torrents here: that it waits for a client says that the release was taken.
    await core.until(second, ({ waitingReason }) => waitingReason === 'client_unreachable', 30_000);
  });
});

describe('a release that waits for a better one', () => {
  it('says so, and is taken at once when somebody asks for it now', async () => {
    const { db } = core.parts;
    await saveDelayProfile(db, {
      ...{ ...DEFAULT_DELAY_PROFILE, id: 'evening', name: 'Evening', order: 1, torrentDelay: 60 },
      tags: ['patient'],
    });
    const id = await ask('Mr Britling Sees It Through', { tags: ['patient'] });
    const waits = await core.until(id, ({ waitingReason }) => waitingReason === 'delay_profile', 30_000);
    expect(Date.parse(waits.nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(58 * MINUTE);
    const request = await findRequest(db, id);
    expect(request).toMatchObject({
      state: 'awaiting_search',
      tags: ['patient'],
      pendingSince: expect.any(Date),
    });
    await again(id);
    await core.until(id, ({ children }) => children.some(({ type }) => type === 'monitor_download'), 30_000);
    const timeline = await timelineOf(db, request?.id ?? '');
    expect(timeline.at(-1)).toMatchObject({ state: 'downloading', detail: late.title });
  });
});

describe('no. 66 a search that finds 99 releases', () => {
  it('keeps them in their table: histories carry no more than ten by number, and no payload is larger than a few kB', async () => {
    const many = Array.from({ length: 99 }, (_, at): TorznabItem => {
      const hash = (at + 1).toString(16).padStart(40, 'a');
      return {
        ...late,
        guid: `many-${at}`,
        title: `H. G. Wells - The World Set Free [M4B] [set-${lettersOf(at)}]`,
        infoHash: hash,
      };
    });
    items.push(...many);
    const id = await ask('The World Set Free');
    const { children } = await core.until(
      id,
      (job) => job.children.some(({ type }) => type === 'monitor_download'),
      60_000,
    );
    // Begun, not only in its table.
    for (const child of children) await core.until(child.id, ({ status }) => status !== 'pending', 30_000);
    const { rows } = await core.parts.db.query<{ found: number }>(
      `select count(*)::int as found from candidates c join searches s on s.id = c.search_id
       join requests r on r.id = s.request_id where r.job_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ found: 99 }]);
    const payloads = (await Promise.all([id, ...children.map((child) => child.id)].map(payloadsOf))).flat();
    expect(payloads.length).toBeGreaterThan(10);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThan(8_000);
    const titles = payloads.join(' ').match(/set-[a-z]{2}/g) ?? [];
    expect(new Set(titles).size).toBeLessThanOrEqual(10);
    items.splice(2);
  });
});

describe('a release that fits while its indexer rests', () => {
  it('is judged again without another search, and taken once it may be', async () => {
    const { db } = core.parts;
    await storeGrab();
    await db.query(`update indexers set grab_limit = 1`);
    const held = await ask('Bealby', { item: { mediaType: 'audiobook', title: 'Bealby' } });
    await core.until(held, ({ waitingReason }) => waitingReason === 'indexer_backoff', 30_000);
    const searches = indexer.requests.length;
    await db.query(`update indexers set grab_limit = null`);
    const { temporal } = core.parts;
    await temporal.signal(held, 'retryNow', []);
    await core.until(
      held,
      ({ children }) => children.some(({ type }) => type === 'monitor_download'),
      30_000,
    );
    expect(indexer.requests.slice(searches).filter(({ type }) => type !== null)).toEqual([]);
  });
});

describe('searches that an outage has cut short', () => {
  it('do not push the next look further away: an hour after the first clean one everybody is asked again', async () => {
    const { db, temporal } = core.parts;
    const rest = `update indexers set disabled_until = null, last_used_at = null, base_url = $1`;
    await db.query(rest, ['http://127.0.0.1:1/api']);
    const id = await ask('The Bulpington of Blup');
    for (let search = 1; search <= 4; search += 1) {
      await core.until(
        id,
        ({ waitingReason, children }) => waitingReason === 'indexer_backoff' && children.length === search,
        30_000,
      );
      await db.query(rest, [search < 4 ? 'http://127.0.0.1:1/api' : indexer.url]);
      await temporal.signal(id, 'retryNow', []);
    }
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search', 30_000);
    const { rows } = await db.query<{ minutes: number }>(
      `select extract(epoch from wait_until - wait_since)::float / 60 as minutes from jobs where id = $1`,
      [id],
    );
    expect(Math.abs((rows[0]?.minutes ?? 0) - 60)).toBeLessThan(7);
  });
});
