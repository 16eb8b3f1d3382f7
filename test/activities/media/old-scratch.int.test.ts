import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { removeOldScratch } from '../../../src/activities/media/old-scratch.js';
import { ROOTS, type Root } from '../../../src/domain/logical-path.js';
import { createRoots } from '../../../src/integrations/files/roots.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers.js';
import { storeJob } from '../../support/stored-job.js';

const HOUR_MS = 3_600_000;
let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-scratch-'));
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function scratchOf(id: string): Promise<string> {
  const at = path.join(folder, 'scratch', 'reencode', id);
  await mkdir(path.join(at, 'segments'), { recursive: true });
  await writeFile(path.join(at, 'segments', 's00000.ts'), 'of a film');
  return id;
}

async function ended(status: 'completed' | 'failed' | 'cancelled'): Promise<string> {
  const { id } = await storeJob(database.db);
  await database.db.query(`update jobs set outcome_status = $2 where id = $1`, [id, status]);
  return scratchOf(id);
}

it('segments go once nobody can go on with them, and no moment before (no. 8)', async () => {
  const roots = Object.fromEntries(ROOTS.map((root) => [root, path.join(folder, root)])) as Record<
    Root,
    string
  >;
  const deps = { db: database.db, roots: createRoots(roots, { madeBelow: folder }) };
  const removedAfter = async (ms: number): Promise<string[]> =>
    (await removeOldScratch(deps, { now: Date.now() + ms })).sort();
  expect(await removedAfter(0)).toEqual([]);
  const open = await scratchOf((await storeJob(database.db)).id);
  const failed = [await ended('failed'), await scratchOf('of-no-known-job')].sort();
  const over = [await ended('completed'), await ended('cancelled')].sort();
  expect(await removedAfter(60_000)).toEqual([]);
  expect(await removedAfter(2 * HOUR_MS)).toEqual(over);
  expect(await removedAfter(29 * 24 * HOUR_MS)).toEqual([]);
  expect(await removedAfter(31 * 24 * HOUR_MS)).toEqual(failed);
  expect(await readdir(path.join(folder, 'scratch', 'reencode'))).toEqual([open]);
});
