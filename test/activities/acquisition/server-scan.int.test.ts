import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { steps } from '../../../src/activities/acquisition/library-steps.js';
import { steps as recentSteps } from '../../../src/activities/acquisition/recently-added-steps.js';
import { listItems, type LibraryItemRow } from '../../../src/store/acquisition/library-items.js';
import { findRequest, linkLibraryItem, timelineOf } from '../../../src/store/acquisition/requests.js';
import type { MediaServer, Scans } from '../../support/media-server.js';
import type { PlexContractServer } from '../../support/plex-contract-server.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';
import { aJob, filedRequest, putFile, REMOTE, SERVERS, useServer } from './library-servers.js';

type Stage = MediaServer & { token: string; section: string; scans: Scans };

let fixture: Fixture;
let stage: Stage | undefined;

beforeAll(async () => {
  fixture = await createFixture();
});

beforeEach(async () => {
  await rm(fixture.library, { recursive: true, force: true });
  await mkdir(fixture.library);
});

afterEach(async () => {
  stage?.scans.release();
  await stage?.close();
  stage = undefined;
  const { db } = fixture.deps;
  await db.query(
    'truncate requests, request_timeline, imports, library_items, library_scans, jobs, job_wishes cascade',
  );
  await db.query('update libraries set last_scan_at = null, last_look_at = null');
});

afterAll(() => fixture.close());

async function begin<Kind extends keyof typeof SERVERS>(
  kind: Kind,
  folder = fixture.library,
): Promise<Awaited<ReturnType<(typeof SERVERS)[Kind]>>> {
  const started = await SERVERS[kind]({ folder, seenAs: REMOTE });
  stage = started;
  await useServer(fixture, kind, started);
  return started as Awaited<ReturnType<(typeof SERVERS)[Kind]>>;
}

function scan(own: { path?: string; jobId?: string } = {}): Promise<{ items: number; missing: number }> {
  const { path: scope, jobId = 'job-test' } = own;
  const params = scope === undefined ? { libraryId: LIBRARY } : { libraryId: LIBRARY, path: scope };
  return steps.create(fixture.deps).scanServer(params, stepOf({ jobId }));
}

function look(): ReturnType<ReturnType<typeof recentSteps.create>['checkRecentlyAdded']> {
  return recentSteps.create(fixture.deps).checkRecentlyAdded({ libraryId: LIBRARY }, stepOf());
}

async function items(): Promise<LibraryItemRow[]> {
  const rows = await listItems(fixture.deps.db, { libraryId: LIBRARY, limit: 100 });
  return rows.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Calls that asked for a scan. */
function asks(): string[] {
  const calls = stage?.calls ?? [];
  return calls
    .filter(({ path: at }) => /refresh$|\/scan$|Media\/Updated$/i.test(at))
    .map(({ query, body }) => query.get('path') ?? JSON.stringify(body ?? 'all'));
}

async function later(minutes: number): Promise<void> {
  await fixture.deps.db.query(
    `update library_items set missing_since = missing_since - $1 * interval '1 minute'`,
    [minutes],
  );
}

describe.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('a scan by %s', (kind) => {
  it('shows what was put into our folder, under our path, with its id there', async () => {
    await begin(kind);
    await putFile(fixture, 'Wells/Tono/a.mp3', 12);
    await putFile(fixture, 'Wells/Tono/b.mp3', 34);
    expect(await scan()).toEqual({ items: 1, missing: 0 });
    expect(await items()).toMatchObject([
      {
        ...{ path: 'Wells/Tono', mediaType: 'audiobook', title: 'Tono', author: 'Wells', sizeBytes: 46 },
        files: [
          { path: 'a.mp3', sizeBytes: 12 },
          { path: 'b.mp3', sizeBytes: 34 },
        ],
        serverItemId: expect.any(String),
      },
    ]);
  });

  it('keeps an item, under one id of ours, as long as its path stays', async () => {
    await begin(kind);
    await putFile(fixture, 'Wells/Tono/a.mp3');
    await scan();
    const [before] = await items();
    await putFile(fixture, 'Wells/Tono/b.mp3');
    await scan();
    expect((await items()).map(({ id, files }) => [id, files.length])).toEqual([[before?.id, 2]]);
  });
});

describe('many scans that are asked for (no. 53)', () => {
  it('are one: of their folders, and whoever comes after finds it done', async () => {
    await begin('plex');
    await putFile(fixture, 'A/One/a.mp3');
    await putFile(fixture, 'A/Two/a.mp3');
    const ids = await Promise.all(
      ['A/One', 'A/Two', 'A/One/deeper'].map((scope) =>
        aJob(fixture, 'library_scan', { libraryId: LIBRARY, path: scope }),
      ),
    );
    const [first, second, third] = ids;
    expect(await scan({ path: 'A/One', jobId: first ?? '' })).toMatchObject({ items: 2 });
    expect(asks()).toEqual([`${REMOTE}/A/One`, `${REMOTE}/A/Two`]);
    await scan({ path: 'A/Two', jobId: second ?? '' });
    await scan({ path: 'A/One/deeper', jobId: third ?? '' });
    expect(asks()).toHaveLength(2);
    const fresh = await aJob(fixture, 'library_scan', { libraryId: LIBRARY, path: 'A/Three' });
    await scan({ path: 'A/Three', jobId: fresh });
    expect(asks().length).toBeGreaterThan(2);
  });

  it('are one of all of the library where there are more than 20', async () => {
    await begin('plex');
    const ids: string[] = [];
    for (let number = 1; number <= 25; number += 1) {
      await putFile(fixture, `A/${number}/a.mp3`);
      ids.push(await aJob(fixture, 'library_scan', { libraryId: LIBRARY, path: `A/${number}` }));
    }
    for (const [index, jobId] of ids.entries()) {
      expect(await scan({ path: `A/${index + 1}`, jobId })).toEqual({ items: 25, missing: 0 });
    }
    expect(asks()).toEqual(['"all"']);
  });

  it('are not asked of Audiobookshelf while it scans, which would drop them, but once it has ended', async () => {
    const abs = await begin('audiobookshelf');
    abs.scans.hold();
    await fetch(`${abs.url}/api/libraries/${abs.section}/scan`, {
      method: 'POST',
      headers: { authorization: `Bearer ${abs.token}` },
    });
    await putFile(fixture, 'A/One/a.mp3');
    await expect(scan({ path: 'A/One' })).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'library_scan',
    });
    abs.scans.release();
    await abs.scans.settled();
    await scan({ path: 'A/One' });
    expect(abs.ran()).toBe(2);
    expect((await items()).map((item) => item.path)).toEqual(['A/One']);
  });

  it('are not repeated to Jellyfin while it waits for the folder to rest', async () => {
    await begin('jellyfin');
    await putFile(fixture, 'A/One/a.mp3');
    await scan();
    const before = asks().length;
    await scan({ path: 'A/One' });
    await scan({ path: 'A/One' });
    expect(asks().length).toBe(before + 1);
  });
});

describe('a renamed folder (no. 56)', () => {
  it('is the same item of ours where the server knows it again', async () => {
    await begin('audiobookshelf');
    await putFile(fixture, 'Wells/Tono/a.mp3');
    await scan();
    const [before] = await items();
    await rename(path.join(fixture.library, 'Wells/Tono'), path.join(fixture.library, 'Wells/Tono-Bungay'));
    await scan();
    expect((await items()).map(({ id, path: at, missingSince }) => [id, at, missingSince])).toEqual([
      [before?.id, 'Wells/Tono-Bungay', null],
    ]);
  });
});

describe('what is half there (no. 55)', () => {
  it('is no item before its folder has its name', async () => {
    await begin('audiobookshelf');
    await putFile(fixture, 'Wells/.Tono.partial-1/a.mp3');
    await putFile(fixture, 'Wells/Other/a.mp3');
    await scan();
    expect((await items()).map((item) => item.path)).toEqual(['Wells/Other']);
  });
});

describe('the look at what is new', () => {
  async function scannedOnce(): Promise<PlexContractServer> {
    const plex = await begin('plex');
    await putFile(fixture, 'Old/Book/a.mp3');
    await scan();
    return plex;
  }

  async function serverScans(plex: PlexContractServer): Promise<void> {
    await fetch(`${plex.url}/library/sections/${plex.section}/refresh`, {
      headers: { 'x-plex-token': plex.token, accept: 'application/json' },
    });
    await plex.scans.settled();
  }

  it('finds a book behind more than the newest ten (no. 52), and lets its request look at once', async () => {
    const plex = await scannedOnce();
    const item = { mediaType: 'audiobook', title: 'Emma', author: 'Jane Austen' } as const;
    await putFile(fixture, 'Jane Austen/Emma/a.mp3');
    const { jobId } = await filedRequest(fixture, { item, file: 'Jane Austen/Emma/a.mp3' });
    await fixture.deps.db.query(`update jobs set wait_reason = 'library_confirm' where id = $1`, [jobId]);
    await serverScans(plex);
    for (let number = 1; number <= 15; number += 1) await putFile(fixture, `New/Book ${number}/a.mp3`);
    await serverScans(plex);
    const before = plex.calls.length;
    expect(await look()).toMatchObject({ items: 17, found: 1, failed: [] });
    const { rows } = await fixture.deps.db.query('select kind, made_by from job_wishes where job_id = $1', [
      jobId,
    ]);
    expect(rows).toEqual([{ kind: 'retryNow', made_by: 'library' }]);
    const lists = plex.calls.slice(before).filter(({ path: at }) => at.endsWith('/all'));
    expect(lists.every(({ query }) => Number(query.get('addedAt>>')) > 0)).toBe(true);
  });

  it('reads nothing that came long before the last one', async () => {
    const plex = await begin('plex');
    plex.setClock(() => Math.floor(Date.now() / 1_000) - 86_400);
    await putFile(fixture, 'Old/Book/a.mp3');
    await scan();
    plex.setClock(() => Math.floor(Date.now() / 1_000));
    await putFile(fixture, 'New/Book/a.mp3');
    await serverScans(plex);
    expect(await look()).toMatchObject({ items: 1 });
  });

  it('reads everything before the first complete scan', async () => {
    const plex = await begin('plex');
    plex.setClock(() => 1_000_000);
    await putFile(fixture, 'Old/Book/a.mp3');
    await serverScans(plex);
    expect(await look()).toMatchObject({ items: 1 });
  });

  it('goes on with the other libraries when one does not answer, and is the failure of the one asked for', async () => {
    const plex = await scannedOnce();
    plex.setFault({ kind: 'status', status: 503 });
    await expect(look()).rejects.toMatchObject({ waitingReason: 'library_unreachable' });
    const step = stepOf();
    const all = await recentSteps.create(fixture.deps).checkRecentlyAdded({}, step);
    expect(all.failed).toEqual([LIBRARY]);
    expect(step.lines.join('\n')).toContain('does not answer');
  });
});

describe('an item that vanishes (no. 54)', () => {
  const item = { mediaType: 'audiobook', title: 'Tono', author: 'Wells' } as const;
  let requestId: string;
  let jobId: string;

  /** In the library, found, and its request done; beside it another book, so that no list is empty. */
  async function haveBook(kind: keyof typeof SERVERS = 'plex'): Promise<void> {
    await begin(kind);
    await putFile(fixture, 'Other/Book/a.mp3', 20);
    await putFile(fixture, 'Wells/Tono/a.mp3');
    ({ requestId, jobId } = await filedRequest(fixture, {
      ...{ item, file: 'Wells/Tono/a.mp3', state: 'available' },
    }));
    await fixture.deps.db.query(`update jobs set outcome_status = 'completed' where id = $1`, [jobId]);
    await scan();
    const found = (await items()).find((row) => row.path === 'Wells/Tono');
    await linkLibraryItem(fixture.deps.db, { requestId, libraryItemId: found?.id ?? '' });
  }

  async function states(): Promise<{ request: string | undefined; gone: string[]; missing: string[] }> {
    const rows = await items();
    return {
      request: (await findRequest(fixture.deps.db, requestId))?.state,
      gone: rows.filter(({ goneAt }) => goneAt !== null).map((row) => row.path),
      missing: rows.filter(({ missingSince }) => missingSince !== null).map((row) => row.path),
    };
  }

  const untouched = { request: 'available', gone: [], missing: [] };
  const remove = (): Promise<void> => rm(path.join(fixture.library, 'Wells'), { recursive: true });

  it('is gone after two complete scans an hour apart, with a notice; its job stays as it is', async () => {
    await haveBook();
    await remove();
    expect(await scan()).toEqual({ items: 1, missing: 1 });
    expect(await states()).toEqual({ request: 'available', gone: [], missing: ['Wells/Tono'] });
    await later(59);
    await scan();
    expect((await states()).request).toBe('available');
    await later(2);
    await scan();
    expect(await states()).toEqual({ request: 'downloaded', gone: ['Wells/Tono'], missing: ['Wells/Tono'] });
    expect((await timelineOf(fixture.deps.db, requestId)).at(-1)).toMatchObject({
      ...{ state: 'downloaded', actor: 'longplay' },
      detail: expect.stringContaining('is gone from the library'),
    });
    const { rows } = await fixture.deps.db.query('select status, round from jobs where id = $1', [jobId]);
    expect(rows).toMatchObject([{ round: 1 }]);
    await scan();
    expect(await timelineOf(fixture.deps.db, requestId)).toHaveLength(3);
  });

  it('is available again once it is back', async () => {
    await haveBook();
    await remove();
    await scan();
    await later(61);
    await scan();
    await putFile(fixture, 'Wells/Tono/a.mp3');
    await scan();
    expect(await states()).toEqual(untouched);
    expect((await timelineOf(fixture.deps.db, requestId)).at(-1)?.detail).toBe('the library has it again');
  });

  it.each([
    ['is down', { kind: 'status', status: 503 }],
    ['refuses us', { kind: 'status', status: 401 }],
    ['answers an error', { kind: 'status', status: 500 }],
    ['shows a page of something else', { kind: 'html' }],
    ['cuts the list', { kind: 'cut' }],
    ['sends a short page', { kind: 'short_page' }],
    ['sends an empty page', { kind: 'empty_page' }],
  ] as const)('is never called missing because the server %s', async (_what, fault) => {
    await haveBook();
    stage?.setFault(fault, { at: /\/all$/ });
    for (const minutes of [0, 61, 61]) {
      await expect(scan()).rejects.toBeDefined();
      await later(minutes);
    }
    expect(await states()).toEqual(untouched);
    stage?.setFault(undefined);
    await scan();
    expect(await states()).toEqual(untouched);
  });

  it('is never called missing by an empty list', async () => {
    await haveBook();
    await rm(fixture.library, { recursive: true });
    await mkdir(fixture.library);
    for (const minutes of [61, 61]) {
      expect(await scan()).toEqual({ items: 0, missing: 0 });
      await later(minutes);
    }
    expect(await states()).toEqual(untouched);
  });

  /** The server has a mount of its own, which shows other things than ours. */
  async function serverOnItsOwn(kind: keyof typeof SERVERS): Promise<void> {
    const folder = path.join(fixture.folder, `of-${kind}`);
    await mkdir(path.join(folder, 'Other/Book'), { recursive: true });
    await writeFile(path.join(folder, 'Other/Book/a.mp3'), 'x');
    await stage?.close();
    await begin(kind, folder);
  }

  it('is not gone while its files are there: the server is asked to look again', async () => {
    await haveBook();
    await serverOnItsOwn('plex');
    await scan();
    await later(61);
    await scan();
    expect(await states()).toEqual({ request: 'available', gone: [], missing: ['Wells/Tono'] });
    expect(asks()).toEqual(['"all"', '"all"', `${REMOTE}/Wells/Tono`]);
  });

  it('is not gone while the disk is away: its mount point is there, and empty', async () => {
    await haveBook();
    await serverOnItsOwn('plex');
    await rm(fixture.library, { recursive: true });
    await mkdir(fixture.library);
    await scan();
    await later(61);
    await scan();
    expect(await states()).toEqual({ request: 'available', gone: [], missing: ['Wells/Tono'] });
  });
});
