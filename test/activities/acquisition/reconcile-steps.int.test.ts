import { mkdir, utimes } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { connectClient } from '../../../src/activities/acquisition/connect.js';
import { steps, type Reconciled } from '../../../src/activities/acquisition/reconcile-steps.js';
import { findDownload } from '../../../src/store/acquisition/downloads.js';
import { listHealthChecks, type HealthCheckRow } from '../../../src/store/health-checks.js';
import { createAria2Fixture, pollAria2, type Aria2Fixture } from './aria2-fixture.js';
import { stepOf } from './fixture.js';
import { storeSeeding, type Seeded } from './stored-downloads.js';

/** With a real aria2 as the embedded client: what is in it is ours. */
let fixture: Aria2Fixture;

beforeAll(async () => {
  fixture = await createAria2Fixture();
  await fixture.deps.db.query('update download_clients set embedded = true');
});

afterAll(() => fixture.close());

function reconcile(dryRun = false): Promise<Reconciled> {
  return steps.create(fixture.deps).reconcileClients({ dryRun }, stepOf());
}

async function check(kind: HealthCheckRow['kind']): Promise<HealthCheckRow | undefined> {
  return (await listHealthChecks(fixture.deps.db)).find((one) => one.kind === kind);
}

/** Its row says that it was given back, and it was not: a crash or an older copy has lost the rest. */
async function lose({ download }: Seeded, minutesAgo = 60): Promise<void> {
  await fixture.deps.db.query(
    `update downloads set removed_at = now() - $2 * interval '1 minute', active = false where id = $1`,
    [download.id, minutesAgo],
  );
}

async function isInClient({ download }: Seeded): Promise<boolean> {
  const client = await connectClient(fixture.deps, 'aria2');
  const items = await client.list(AbortSignal.timeout(10_000));
  return items.some(({ clientItemId }) => clientItemId === download.clientItemId);
}

describe('no. 25 monitor chain lost: what clients have is held against what is known', () => {
  it('leaves alone what is known, and tells its job once more how it stands', async () => {
    const known = await storeSeeding(fixture);
    const { db } = fixture.deps;
    await db.query(`update downloads set signalled_state = 'complete' where id = $1`, [known.download.id]);
    expect(await reconcile()).toMatchObject({ known: 1, adopted: 0, unknown: 0, missing: 0, told: 1 });
    expect(await findDownload(db, known.download.id)).toMatchObject({
      signalledState: null,
      removedAt: null,
    });
    expect(await check('unknown_item')).toMatchObject({ level: 'ok', subject: 'aria2' });
  });

  it('takes up again what was called given back and is still there; the poller then gives it back', async () => {
    const { db } = fixture.deps;
    const lost = await storeSeeding(fixture, { state: 'cancelled' });
    const family = 'id = $1 or id = (select parent_id from jobs where id = $1)';
    const { jobId } = lost.download;
    await db.query(`update jobs set outcome_status = 'cancelled' where ${family}`, [jobId]);
    // Its owner has a minute to give it back itself.
    await db.transaction(async (tx) => {
      await tx.query('alter table jobs disable trigger jobs_kept');
      await tx.query(`update jobs set ended_at = now() - interval '5 minutes' where ${family}`, [jobId]);
      await tx.query('alter table jobs enable trigger jobs_kept');
    });
    // Given back just now: the client's list may be older than that.
    await lose(lost, 1);
    expect(await reconcile()).toMatchObject({ adopted: 0, unknown: 0 });
    await lose(lost);
    expect(await reconcile(true)).toMatchObject({ adopted: 1 });
    expect((await findDownload(db, lost.download.id))?.removedAt).not.toBeNull();
    expect(await reconcile()).toMatchObject({ adopted: 1, unknown: 0 });
    expect((await findDownload(db, lost.download.id))?.removedAt).toBeNull();
    await pollAria2(fixture);
    expect(await isInClient(lost)).toBe(false);
    expect(await reconcile()).toMatchObject({ adopted: 0, unknown: 0 });
  });

  it('reports what may be the last copy, and what nobody knows, and touches neither', async () => {
    const { db } = fixture.deps;
    const kept = await storeSeeding(fixture);
    await lose(kept);
    const stranger = await storeSeeding(fixture);
    await db.query('delete from downloads where id = $1', [stranger.download.id]);
    expect(await reconcile()).toMatchObject({ adopted: 0, unknown: 2 });
    const told = await check('unknown_item');
    expect(told).toMatchObject({ level: 'warning', message: expect.stringContaining('2 items') });
    expect(told?.message).toContain('its import is not verified');
    expect(told?.message).toContain('no download of ours is known');
    expect([await isInClient(kept), await isInClient(stranger)]).toEqual([true, true]);
  });

  it('leaves alone what somebody else had put there first', async () => {
    const { db } = fixture.deps;
    const theirs = await storeSeeding(fixture);
    await db.query('update downloads set adopted = true where id = $1', [theirs.download.id]);
    const before = await reconcile();
    await lose(theirs);
    expect(await reconcile()).toMatchObject({ adopted: 0, unknown: before.unknown });
  });

  it('leaves what a client has lost to the poller, and says which folders belong to nobody', async () => {
    const { db, roots } = fixture.deps;
    const gone = await storeSeeding(fixture);
    const client = await connectClient(fixture.deps, 'aria2');
    const hostDirectory = roots.resolve(gone.download.directory);
    await client.remove(
      gone.download.clientItemId,
      { deleteData: false, hostDirectory },
      AbortSignal.timeout(10_000),
    );
    const before = await findDownload(db, gone.download.id);
    const orphan = roots.resolve('downloads:dl-0rphan');
    await mkdir(orphan);
    await utimes(orphan, 0, 0);
    expect(await reconcile()).toMatchObject({ missing: 1 });
    expect(await findDownload(db, gone.download.id)).toMatchObject({ state: before?.state, removedAt: null });
    const folders = await check('orphan_folder');
    expect(folders?.message).toContain('downloads:dl-0rphan');
    expect(folders?.message).not.toContain(gone.download.id);
  });

  it('keeps what it said of a client that does not answer now', async () => {
    const { db } = fixture.deps;
    const before = await check('unknown_item');
    await db.query(`update download_clients set base_url = 'http://127.0.0.1:1/jsonrpc'`);
    expect(await reconcile()).toMatchObject({ failed: ['aria2'] });
    expect(await check('unknown_item')).toMatchObject({ level: 'warning', since: before?.since });
  });
});
