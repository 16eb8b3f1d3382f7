import { rm } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { steps } from '../../src/activities/acquisition/cleanup-steps.js';
import { DAY_MS } from '../../src/domain/durations.js';
import { findDownloadClient } from '../../src/store/acquisition/download-clients.js';
import { findDownload } from '../../src/store/acquisition/downloads.js';
import { openDownloads } from '../../src/store/acquisition/polled-downloads.js';
import { beginDuty } from '../../src/store/acquisition/seeding-duties.js';
import { pollClient } from '../../src/workers/poll-client.js';
import { createFixture, stepOf, type Fixture } from '../activities/acquisition/fixture.js';
import {
  storeAria2,
  storeImport,
  storeSeeding,
  type Seeded,
} from '../activities/acquisition/stored-downloads.js';
import { startAria2Process, type Aria2Process } from '../support/aria2-process.js';
import { eventually } from '../support/eventually.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

let fixture: Fixture;
let aria2: Aria2Process;

beforeAll(async () => {
  fixture = await createFixture();
  aria2 = await startAria2Process(fixture.folder);
  await storeAria2(fixture, aria2);
});

afterEach(() => fixture.deps.db.query('update downloads set removed_at = coalesce(removed_at, now())'));

afterAll(async () => {
  await aria2.stop();
  await fixture.close();
});

/** Filed, and owed to its indexer for an hour more. */
async function owing(): Promise<Seeded> {
  const seeded = await storeSeeding(fixture);
  await storeImport(fixture, seeded, 'copy');
  await beginDuty(fixture.deps.db, {
    downloadId: seeded.download.id,
    duty: { ratio: null, seconds: 3_600 },
  });
  return seeded;
}

async function poll({ trusted = true } = {}): Promise<void> {
  const client = await findDownloadClient(fixture.deps.db, 'aria2');
  if (client === undefined) throw new Error('There is no client "aria2"');
  const downloads = await openDownloads(fixture.deps.db, 'aria2');
  expect(await pollClient(fixture.deps, { client, downloads, trusted, signal: signal() })).toBe(true);
}

async function itemsIn(): Promise<string[]> {
  return (await aria2.client.list(signal())).map(({ clientItemId }) => clientItemId);
}

/** As a person does it in the client's own page. */
async function removeByHand(
  { download, file }: Seeded,
  { deleteData }: { deleteData: boolean },
): Promise<void> {
  const hostDirectory = path.dirname(path.dirname(file));
  await aria2.client.remove(download.clientItemId, { deleteData: false, hostDirectory }, signal());
  if (deleteData) await rm(hostDirectory, { recursive: true });
  expect(await itemsIn()).not.toContain(download.clientItemId);
}

/** As so long ago. */
async function missingFor({ download }: Seeded, ms: number): Promise<void> {
  await fixture.deps.db.query(
    `update downloads set poll_facts = poll_facts || jsonb_build_object('missingSinceMs', $2::bigint) where id = $1`,
    [download.id, Date.now() - ms],
  );
}

async function isGivenBack({ download }: Seeded): Promise<boolean> {
  return (await findDownload(fixture.deps.db, download.id))?.removedAt !== null;
}

describe('a seeding torrent that somebody removes from its client', () => {
  it('is not fetched anew when its data went too; its duty ends a day later, and not by an older copy’s word', async () => {
    const seeded = await owing();
    await poll();
    await removeByHand(seeded, { deleteData: true });
    for (let polls = 0; polls < 4; polls += 1) await poll();
    expect(await itemsIn()).toEqual([]);
    const { details } = await steps.create(fixture.deps).cleanupSeeded({ dryRun: true }, stepOf());
    expect(details).toMatchObject([
      { removed: false, why: expect.stringMatching(/^is in its client no more: /) },
    ]);

    await missingFor(seeded, DAY_MS - 60_000);
    await poll();
    expect(await isGivenBack(seeded)).toBe(false);
    await missingFor(seeded, DAY_MS);
    await poll({ trusted: false });
    expect(await isGivenBack(seeded)).toBe(false);
    await poll();
    expect(await isGivenBack(seeded)).toBe(true);
    const { rows } = await fixture.deps.db.query<{ ended: boolean }>(
      'select ended_at is not null as ended from seeding_duties where download_id = $1',
      [seeded.download.id],
    );
    expect(rows).toEqual([{ ended: true }]);
  });

  it('is seeded again where its data is still there', async () => {
    const seeded = await owing();
    await poll();
    await removeByHand(seeded, { deleteData: false });
    await poll();
    await eventually(async () => {
      const items = await aria2.client.list(signal());
      return items.some(
        ({ clientItemId, state }) => clientItemId === seeded.download.clientItemId && state === 'seeding',
      );
    });
  });
});
