import { existsSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { steps, type CleanedUp } from '../../../src/activities/acquisition/cleanup-steps.js';
import { connectClient } from '../../../src/activities/acquisition/connect.js';
import { findDownload } from '../../../src/store/acquisition/downloads.js';
import { beginDuty } from '../../../src/store/acquisition/seeding-duties.js';
import { createAria2Fixture, type Aria2Fixture } from './aria2-fixture.js';
import { stepOf } from './fixture.js';
import { storeImport, storeSeeding, type Seeded } from './stored-downloads.js';

/** The cases of acquisition.md §8 "Seeding and cleanup", with a real aria2 that seeds real files. */
let fixture: Aria2Fixture;

beforeAll(async () => {
  fixture = await createAria2Fixture();
});

afterAll(() => fixture.close());

function cleanUp(dryRun = false): Promise<CleanedUp> {
  return steps.create(fixture.deps).cleanupSeeded({ dryRun }, stepOf());
}

/** Owed for so long, and seeded for so long already. */
async function owe({ download }: Seeded, seconds: number, seeded: number): Promise<void> {
  await beginDuty(fixture.deps.db, { downloadId: download.id, duty: { ratio: null, seconds } });
  await fixture.deps.db.query('update seeding_duties set seeded_seconds = $2 where download_id = $1', [
    download.id,
    seeded,
  ]);
}

async function isInClient({ download }: Seeded): Promise<boolean> {
  const client = await connectClient(fixture.deps, download.clientId);
  const items = await client.list(AbortSignal.timeout(10_000));
  return items.some(({ clientItemId }) => clientItemId === download.clientItemId);
}

async function whyOf({ download }: Seeded): Promise<string | undefined> {
  return (await cleanUp(true)).details.find(({ downloadId }) => downloadId === download.id)?.why;
}

describe('clean-up of what was seeded', () => {
  it('no. 57 hit and run: stays until time and ratio are both met, and a dry run removes nothing', async () => {
    const early = await storeSeeding(fixture);
    await storeImport(fixture, early, 'hardlink');
    await owe(early, 3_600, 1_800);
    expect(await whyOf(early)).toBe('is seeded on: 0.5 of 1.0 h');
    expect(await cleanUp()).toMatchObject({ removed: 0, kept: 1 });

    // Its time is over, but the ratio is owed too.
    await fixture.deps.db.query('update seeding_duties set seeded_seconds = 3600, ratio = 1');
    expect(await whyOf(early)).toBe('is seeded on: 1.0 of 1.0 h, ratio 0.00 of 1.00');
    expect(await cleanUp()).toMatchObject({ removed: 0, kept: 1 });

    await fixture.deps.db.query('update seeding_duties set ratio = null');
    expect(await cleanUp(true)).toMatchObject({ removed: 1, details: [{ why: 'its duty is met' }] });
    expect(await isInClient(early)).toBe(true);
    expect(await cleanUp()).toMatchObject({ removed: 1, kept: 0 });
    expect(await isInClient(early)).toBe(false);
    expect(existsSync(early.file)).toBe(false);
    expect(existsSync(`${fixture.library}/${early.download.id}/book.mp3`)).toBe(true);
    // A second run finds nothing more to do.
    expect(await cleanUp()).toMatchObject({ removed: 0, kept: 0 });
  });

  it('no. 58 nothing is deleted before its import is verified, nor the last copy ever', async () => {
    const unverified = await storeSeeding(fixture, { state: 'downloaded' });
    await owe(unverified, 60, 60);
    expect(await whyOf(unverified)).toBe('its duty is met, but its import is not verified');
    await cleanUp();
    expect(await isInClient(unverified)).toBe(true);

    await storeImport(fixture, unverified, 'missing');
    expect(await whyOf(unverified)).toContain('is not there: the download may be the last copy');
    await cleanUp();
    expect(existsSync(unverified.file)).toBe(true);
    const { rows } = await fixture.deps.db.query<{ because: string }>(
      'select kept_because as because from seeding_duties where download_id = $1',
      [unverified.download.id],
    );
    expect(rows[0]?.because).toContain('may be the last copy');

    for (const mode of ['symlink', 'own'] as const) {
      const linked = await storeSeeding(fixture);
      await storeImport(fixture, linked, mode);
      await owe(linked, 60, 60);
      const why = mode === 'own' ? "is the download's own file" : 'the download may be the last copy';
      expect(await whyOf(linked)).toContain(why);
      await cleanUp();
      expect(existsSync(linked.file)).toBe(true);
    }
    await fixture.deps.db.query('update seeding_duties set ended_at = now()');
  });

  it('no. 59 delete hits shared data: the item stays until its last owner has met its duty', async () => {
    const first = await storeSeeding(fixture);
    await storeImport(fixture, first, 'copy');
    await owe(first, 60, 60);
    const second = await storeSeeding(fixture, { sharing: first });
    expect(second.download.clientItemId).toBe(first.download.clientItemId);
    expect(await whyOf(first)).toContain(`${second.download.id} has the same item of the client`);
    await cleanUp();
    expect(await isInClient(second)).toBe(true);
    expect(existsSync(second.file)).toBe(true);

    await fixture.deps.db.query('update downloads set removed_at = now() where id = $1', [
      second.download.id,
    ]);
    expect(await cleanUp()).toMatchObject({ removed: 1 });
    expect(await isInClient(first)).toBe(false);
  });

  it('no. 60 sweep of 100 never reaches the rest: one pass judges every duty', async () => {
    const seeded = await storeSeeding(fixture);
    await storeImport(fixture, seeded, 'hardlink');
    // 120 others that owe more, all older: a bounded pass would see only them.
    await fixture.deps.db.query(
      `with made as (
         insert into jobs (id, type, title, params, policy, dedupe_key, created_by)
         select 'other-' || n, j.type, j.title, j.params, j.policy, 'other-' || n, 'test'
         from generate_series(1, 120) n cross join (select * from jobs where id = $1) j returning id),
       planned as (
         insert into downloads (id, job_id, round, client_id, client_item_id, protocol, release_title, directory,
           content_kind, state, created_at)
         select m.id, m.id, 1, $2, m.id, 'torrent', m.id, 'downloads:' || m.id, 'torrent', 'seeding', now() - interval '1 day'
         from made m returning id)
       insert into seeding_duties (download_id, seconds) select id, 3600 from planned`,
      [seeded.download.jobId, seeded.download.clientId],
    );
    await owe(seeded, 60, 60);
    const result = await cleanUp();
    expect(result).toMatchObject({ removed: 1, kept: 120 });
    expect(result.details).toHaveLength(20);
    expect(await findDownload(fixture.deps.db, seeded.download.id)).toMatchObject({
      removedAt: expect.any(Date),
    });
  });
});
