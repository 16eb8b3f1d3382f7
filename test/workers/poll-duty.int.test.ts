import { rm } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { steps } from '../../src/activities/acquisition/cleanup-steps.js';
import { DAY_MS } from '../../src/domain/durations.js';
import { findDownload } from '../../src/store/acquisition/downloads.js';
import { beginDuty } from '../../src/store/acquisition/seeding-duties.js';
import { createAria2Fixture, pollAria2, type Aria2Fixture } from '../activities/acquisition/aria2-fixture.js';
import { stepOf } from '../activities/acquisition/fixture.js';
import { storeImport, storeSeeding, type Seeded } from '../activities/acquisition/stored-downloads.js';
import { eventually } from '../support/eventually.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

let fixture: Aria2Fixture;

beforeAll(async () => {
  fixture = await createAria2Fixture();
});

afterEach(() => fixture.deps.db.query('update downloads set removed_at = coalesce(removed_at, now())'));

afterAll(() => fixture.close());

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

async function poll(options: { trusted?: boolean } = {}): Promise<void> {
  expect(await pollAria2(fixture, options)).toBe(true);
}

async function itemsIn(): Promise<string[]> {
  return (await fixture.aria2.client.list(signal())).map(({ clientItemId }) => clientItemId);
}

/** As a person does it in the client's own page. */
async function removeByHand(
  { download, file }: Seeded,
  { deleteData }: { deleteData: boolean },
): Promise<void> {
  const hostDirectory = path.dirname(path.dirname(file));
  await fixture.aria2.client.remove(download.clientItemId, { deleteData: false, hostDirectory }, signal());
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
      const items = await fixture.aria2.client.list(signal());
      return items.some(
        ({ clientItemId, state }) => clientItemId === seeded.download.clientItemId && state === 'seeding',
      );
    });
  });
});
