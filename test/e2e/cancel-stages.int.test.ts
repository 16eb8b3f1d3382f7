import { rename } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { eventually } from '../support/eventually.js';
import { startRequestHouse, type RequestHouse, type ShownRequest } from '../support/request-house.js';

const SLOW_BYTES_PER_SECOND = 300_000;

let house: RequestHouse;

beforeAll(async () => {
  house = await startRequestHouse();
}, 120_000);

afterAll(() => house.stop());

afterEach(async () => {
  await setIndexer({ seedMinutes: null });
  await house.stage.seeder.limitUpload(0);
});

async function setIndexer(own: object): Promise<void> {
  const { indexer } = house.stage;
  await house.send('PUT', '/api/indexers/demo', { name: 'Demo', baseUrl: indexer.url, ...own });
}

async function cancel(id: string): Promise<ShownRequest> {
  await house.send('POST', `/api/jobs/${id}/cancel`);
  return house.until(id, ({ job, state }) => job.status === 'cancelled' && state === 'cancelled', 15_000);
}

/** What a request has left in clients, folders and tables, by its own word and by a look. */
async function leftBy(id: string): Promise<object> {
  const { job, downloads } = await house.view(id);
  const { rows } = await house.database.db.query<{ open: number; duties: number; imports: number }>(
    `select (select count(*)::int from jobs where outcome_status is null and (id = $1 or parent_id = $1)) as open,
       (select count(*)::int from seeding_duties s join downloads d on d.id = s.download_id
          join requests r on r.id = d.request_id where r.job_id = $1 and s.ended_at is null) as duties,
       (select count(*)::int from imports i join requests r on r.id = i.request_id where r.job_id = $1) as imports`,
    [id],
  );
  return {
    ...rows[0],
    cleanups: job.openCleanups,
    inClients: downloads.filter(({ removedAt }) => removedAt === null).length,
    downloads: await house.filesOf('downloads'),
    library: await house.filesOf('library'),
  };
}

const NOTHING = { open: 0, duties: 0, imports: 0, cleanups: 0, inClients: 0, downloads: [], library: [] };

async function waitingReasonOf(jobId: string): Promise<string | null> {
  const answer = z.object({ waitingReason: z.string().nullable() });
  return (await house.service.client.send({ path: `/api/jobs/${jobId}`, answer })).waitingReason;
}

const isWaiting =
  (reason: string) =>
  ({ job }: ShownRequest): boolean =>
    job.waitingReason === reason;

const isDownloading = ({ downloads }: ShownRequest): boolean =>
  downloads.some(({ completedBytes, removedAt }) => completedBytes > 0 && removedAt === null);

/** Half as long again as what is offered: it is fetched, and then a person is asked. */
function askDoubtfully(): Promise<string> {
  return house.ask({ runtimeSeconds: Math.round(house.stage.media.book.runtimeSeconds * 1.5) });
}

describe('a request that is cancelled leaves nothing behind', () => {
  it('while it waits for approval', async () => {
    await house.send('PUT', '/api/approval-rules/*', { autoApprove: false });
    const id = await house.ask();
    await house.until(id, isWaiting('approval'));
    await house.send('PUT', '/api/approval-rules/*', { autoApprove: null });
    await cancel(id);
    expect(await leftBy(id)).toEqual(NOTHING);
  });

  it('while it waits for its release, and for its next search', async () => {
    const unreleased = await house.ask({ title: 'To Come', releaseDate: '2199-01-01' });
    await house.until(unreleased, isWaiting('release_date'));
    const unfound = await house.ask({ title: 'Not Offered By Anybody' });
    await house.until(unfound, isWaiting('next_search'));
    for (const id of [unreleased, unfound]) {
      await cancel(id);
      expect(await leftBy(id)).toEqual(NOTHING);
    }
  });

  it('while its indexer does not answer', async () => {
    house.stage.indexer.setFault({ kind: 'silent' });
    const id = await house.ask({ title: 'Asked In Vain' });
    await house.until(id, ({ state, job }) => state === 'searching' && job.children.length > 0);
    await cancel(id);
    house.stage.indexer.setFault(undefined);
    expect(await leftBy(id)).toEqual(NOTHING);
  });

  it('while it waits for a better release', async () => {
    await house.send('POST', '/api/delay-profiles', {
      ...{ id: 'patient', name: 'Patient', order: 1, torrentDelay: 60, tags: ['patient'] },
    });
    const id = await house.ask({}, { tags: ['patient'] });
    await house.until(id, isWaiting('delay_profile'));
    await cancel(id);
    expect(await leftBy(id)).toEqual(NOTHING);
  });

  it('while it is downloading, be there a duty or not: an incomplete torrent owes nothing', async () => {
    await setIndexer({ seedMinutes: 60 });
    await house.stage.seeder.limitUpload(SLOW_BYTES_PER_SECOND);
    const id = await house.ask();
    await house.until(id, isDownloading, 90_000);
    await cancel(id);
    expect(await leftBy(id)).toEqual(NOTHING);
  }, 120_000);

  it('while a person is asked whether to import', async () => {
    const id = await askDoubtfully();
    await house.until(id, isWaiting('decision_needed'), 90_000);
    await cancel(id);
    expect(await leftBy(id)).toEqual(NOTHING);
  }, 120_000);

  it('while its import waits for the library’s disk', async () => {
    const library = path.join(house.data, 'library');
    await house.stage.seeder.limitUpload(SLOW_BYTES_PER_SECOND * 10);
    const id = await house.ask();
    await house.until(id, isDownloading, 90_000);
    await rename(path.join(library, '.longplay-root'), path.join(house.data, 'marker'));
    await house.stage.seeder.limitUpload(0);
    const { job } = await house.until(
      id,
      ({ job: { children } }) => children.some(({ type }) => type === 'organize_files'),
      90_000,
    );
    const importing = job.children.find(({ type }) => type === 'organize_files')?.id ?? id;
    await eventually(async () => (await waitingReasonOf(importing)) === 'mount_gone', { withinMs: 30_000 });
    await cancel(id);
    await rename(path.join(house.data, 'marker'), path.join(library, '.longplay-root'));
    expect(await leftBy(id)).toEqual(NOTHING);
  }, 240_000);
});

describe('a request that is cancelled respects what it owes and what is filed', () => {
  it('keeps a whole torrent until its duty is met, and files nothing', async () => {
    await setIndexer({ seedMinutes: 60 });
    const id = await askDoubtfully();
    await house.until(id, isWaiting('decision_needed'), 90_000);
    await cancel(id);
    const left = {
      ...NOTHING,
      duties: 1,
      inClients: 1,
      downloads: expect.arrayContaining(['The Time Machine.m4b']) as unknown,
    };
    expect(await leftBy(id)).toEqual(left);
  }, 120_000);

  it('keeps what is in the library already, and refuses to undo what is available', async () => {
    const id = await house.ask();
    await house.until(id, ({ job }) => job.status === 'completed', 120_000);
    await expect(house.send('POST', `/api/jobs/${id}/cancel`)).rejects.toThrow(/completed/);
    expect(await house.filesOf('library')).toContain('metadata.opf');
  }, 120_000);
});
