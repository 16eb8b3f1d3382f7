import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { insertWish, openWishes, type WishKind } from '../../src/store/wishes.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { storeJob } from '../support/stored-job.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

/** Wishes that nobody took, made long enough ago to be sent again. */
async function openAfter(kinds: WishKind[]): Promise<WishKind[]> {
  const { db } = database;
  await db.query('delete from job_wishes');
  const { id: jobId } = await storeJob(db);
  for (const kind of kinds) await insertWish(db, { jobId, kind, madeBy: 'test' });
  await db.query(`update job_wishes set made_at = now() - interval '1 minute'`);
  return (await openWishes(db)).map(({ kind }) => kind);
}

describe('wishes that Temporal has not taken', () => {
  it.each<[WishKind[], WishKind[]]>([
    [['pause'], ['pause']],
    [['pause', 'resume'], ['resume']],
    [['resume', 'pause', 'resume', 'pause'], ['pause']],
    [
      ['pause', 'cancel'],
      ['pause', 'cancel'],
    ],
    [
      ['setPriority', 'setPriority', 'retryNow'],
      ['setPriority', 'retryNow'],
    ],
  ])('of %j are sent again as %j: what a later one undoes is not sent behind it', async (made, sent) => {
    expect(await openAfter(made)).toEqual(sent);
  });
});
