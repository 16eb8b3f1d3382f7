import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createHttpClient } from '../../src/cli/http-client.js';
import { startRequestHouse, type RequestHouse, type ShownRequest } from '../support/request-house.js';
import { wishForBook } from '../support/stage.js';

let house: RequestHouse;

beforeAll(async () => {
  house = await startRequestHouse();
}, 120_000);

afterAll(() => house.stop());

// What one test has refused of the only book is offered to the next one.
afterEach(() => house.database.db.query('delete from blocklist'));

const steer = (id: string, action: string): Promise<unknown> =>
  house.send('POST', `/api/jobs/${id}/${action}`);

const trigger = (schedule: string): Promise<unknown> =>
  house.send('POST', `/api/schedules/${schedule}/trigger`);

function importsOf({ job }: ShownRequest): number {
  return job.children.filter(({ type }) => type === 'organize_files').length;
}

describe('no. 42 an import that is in doubt', () => {
  it('is asked about once, is not repeated by anything but new facts, and its release is not fetched again', async () => {
    // Half as long again as what is offered: the release fits, its files do not.
    const { runtimeSeconds } = house.stage.media.book;
    const id = await house.ask({ runtimeSeconds: Math.round(runtimeSeconds * 1.5) });
    const isAsking = ({ job }: ShownRequest): boolean => job.waitingReason === 'decision_needed';
    const asking = await house.until(id, isAsking, 90_000);
    expect(asking).toMatchObject({
      state: 'needs_decision',
      stateDetail: expect.stringMatching(/1440 s of sound, got 960 s/),
      importConfidence: null,
    });
    const before = { imports: importsOf(asking), downloads: asking.downloads.length };

    await steer(id, 'retry-now').catch(() => undefined);
    for (const schedule of ['retry-imports', 'retry-missing', 'rss-sync', 'recently-added']) {
      await trigger(schedule);
    }
    await house.restart();
    const after = await house.until(id, isAsking, 60_000);
    expect({ imports: importsOf(after), downloads: after.downloads.length }).toEqual(before);

    await house.send('POST', `/api/requests/${id}/decide-import`, { action: 'reject', reason: 'too short' });
    const refused = await house.until(id, ({ job }) => job.waitingReason === 'next_search', 60_000);
    await house.send('POST', `/api/requests/${id}/retry-stage`);
    const again = await house.until(
      id,
      ({ job, searches }) => searches.length > refused.searches.length && job.waitingReason === 'next_search',
    );
    const hashes = again.downloads.map(({ infoHash }) => infoHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(await house.filesOf('library')).toEqual([]);
    await steer(id, 'cancel');
    await house.until(id, ({ job }) => job.status === 'cancelled');
  }, 240_000);
});

/** Somebody else with a token of their own. */
async function asRobin(): Promise<(to: string, body: object) => Promise<unknown>> {
  const body = { name: 'robin', role: 'operator' };
  const answer = z.object({ secret: z.string() });
  const { secret } = answer.parse(await house.send('POST', '/api/tokens', body));
  const client = createHttpClient({ baseUrl: house.service.url, token: secret });
  return (to, asked) => client.send({ method: 'POST', path: to, body: asked, answer: z.unknown() });
}

describe('no. 62 what is asked for again', () => {
  it('goes on in the same request with all that was known of it, is searched for anew, and may take the same release', async () => {
    await house.stage.seeder.limitUpload(300_000);
    const id = await house.ask();
    await house.until(
      id,
      ({ downloads }) => downloads.some(({ completedBytes }) => completedBytes > 0),
      90_000,
    );
    await steer(id, 'cancel');
    const first = await house.until(
      id,
      ({ state, job }) => state === 'cancelled' && job.status === 'cancelled',
    );
    await house.stage.seeder.limitUpload(0);

    const robin = await asRobin();
    const begun = await robin('/api/requests', wishForBook(house.stage));
    // The cancel was the former round's.
    expect(begun).toMatchObject({ id: first.id, jobId: id, createdBy: 'robin', job: { requested: null } });
    const second = await house.until(id, ({ job }) => job.status === 'completed', 120_000);
    expect(second.requesters.map(({ name }) => name)).toEqual([first.createdBy, 'robin']);
    expect(second.timeline.slice(0, first.timeline.length)).toEqual(first.timeline);
    expect(second.timeline.slice(first.timeline.length).map(({ state }) => state)).toEqual(
      expect.arrayContaining([
        'pending',
        'searching',
        'downloading',
        'processing',
        'downloaded',
        'available',
      ]),
    );
    expect(second.searches.length).toBeGreaterThan(first.searches.length);
    const kept = second.downloads.filter(({ releaseTitle }) => releaseTitle === house.stage.offers[0]?.title);
    expect(kept).toHaveLength(2);
    expect(await house.filesOf('library')).toHaveLength(second.importedFiles.length);
    expect(second.importConfidence).toEqual({
      percent: 100,
      why: expect.stringContaining('its tags name "The Time Machine"'),
    });
  }, 240_000);

  it('is another request where other facts are asked for', async () => {
    const item = { title: 'Not Offered Anywhere', author: 'Nobody Known' };
    const id = await house.ask(item);
    await steer(id, 'cancel');
    await house.until(id, ({ job }) => job.status === 'cancelled');
    const other = await house.ask({ ...item, year: 1901 });
    expect(other).not.toBe(id);
    await steer(other, 'cancel');
    await house.until(other, ({ job }) => job.status === 'cancelled');
    expect(await house.ask({ ...item, year: 1901 })).toBe(other);
    await steer(other, 'cancel');
    await house.until(other, ({ job }) => job.status === 'cancelled');
  }, 120_000);
});
