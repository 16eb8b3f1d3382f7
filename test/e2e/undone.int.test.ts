import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { startRequestHouse, type RequestHouse } from '../support/request-house.js';

const SLOW_BYTES_PER_SECOND = 100_000;

let house: RequestHouse;

beforeAll(async () => {
  house = await startRequestHouse();
}, 120_000);

afterAll(() => house.stop());

/** `kill -9` of the embedded client; its supervisor starts it again. */
async function killAria2(): Promise<void> {
  const told: unknown = JSON.parse(await readFile(path.join(house.data, 'run', 'aria2.json'), 'utf8'));
  process.kill(z.object({ pid: z.number() }).parse(told).pid, 'SIGKILL');
}

async function downloadFolders(): Promise<string[]> {
  const root = path.join(house.data, 'downloads');
  const entries = await readdir(root, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(root, name));
}

describe('no. 24 a completion that is undone before its import', () => {
  it('is fetched again by the same download, and counts as no failed import', async () => {
    await house.send('POST', '/api/queues/cpu/pause');
    const id = await house.ask();
    await house.until(id, ({ job }) => job.children.some(({ type }) => type === 'organize_files'));
    await house.stage.seeder.limitUpload(SLOW_BYTES_PER_SECOND);
    for (const folder of await downloadFolders()) await rm(folder, { recursive: true });
    await killAria2();
    await house.until(id, ({ downloads: [only] }) => only?.state === 'active' || only?.state === 'stalled');

    await house.send('POST', '/api/queues/cpu/resume');
    await house.until(
      id,
      ({ state, stateDetail }) => state === 'downloading' && (stateDetail ?? '').includes('lost a part'),
    );
    await house.stage.seeder.limitUpload(0);
    const done = await house.until(id, ({ state }) => state === 'available');
    expect(done.downloads).toHaveLength(1);
    expect(done.searches).toHaveLength(1);
    expect(done.timeline.map(({ state }) => state)).not.toContain('awaiting_import');
  }, 180_000);
});
