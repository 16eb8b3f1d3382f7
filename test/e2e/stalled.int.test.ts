import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { makeTorrent, type MadeTorrent } from '../../src/cli/demo/torrent-maker.js';
import { startRequestHouse, type RequestHouse, type ShownRequest } from '../support/request-house.js';

const SLOW_BYTES_PER_SECOND = 300_000;
/** 9 s instead of 2 h. */
const STALL = { withoutSeeds: 0.15 };

let house: RequestHouse;
let dead: MadeTorrent;
let deadFolder: string;

beforeEach(async () => {
  house = await startRequestHouse();
  ({ torrent: dead, folder: deadFolder } = await offerDead());
  const { rows } = await house.database.db.query<{ id: string; name: string; baseUrl: string }>(
    'select id, name, base_url as "baseUrl" from download_clients where embedded',
  );
  const { id, ...client } = z.object({ id: z.string() }).loose().parse(rows[0]);
  await house.send('PUT', `/api/download-clients/${id}`, { ...client, stallLimits: STALL });
}, 120_000);

afterEach(() => house.stop());

/** The same book under another name and hash: first in every order, and nobody has it. */
async function offerDead(): Promise<{ torrent: MadeTorrent; folder: string }> {
  const { media, offers, tracker } = house.stage;
  const folder = path.join(house.data, '..', 'dead', 'The Time Machine');
  const file = path.join(folder, path.basename(media.book.file));
  await mkdir(folder, { recursive: true });
  await copyFile(media.book.file, file);
  const torrent = await makeTorrent({
    name: path.basename(folder),
    trackerUrl: tracker.announceUrl,
    files: [{ hostPath: file, path: path.basename(file) }],
  });
  tracker.allow(torrent.infoHash);
  const [good] = offers;
  if (good === undefined) throw new Error('The stage offers nothing');
  const { bytes, infoHash, totalBytes } = torrent;
  offers.push({
    ...{ ...good, guid: 'dead', title: `${good.title} [many]`, seeders: 900 },
    ...{ torrent: bytes, infoHash, sizeBytes: totalBytes },
  });
  return { torrent, folder };
}

function downloadOf(
  { downloads }: ShownRequest,
  infoHash: string,
): ShownRequest['downloads'][number] | undefined {
  return downloads.find((download) => download.infoHash === infoHash);
}

describe('no. 15 a download that nobody has', () => {
  it('makes way for the next candidate, stays paused meanwhile, and is given back and blocked after it', async () => {
    await house.stage.seeder.limitUpload(SLOW_BYTES_PER_SECOND);
    const id = await house.ask();
    const both = await house.until(id, (request) => downloadOf(request, dead.infoHash)?.state === 'paused');
    expect(both.downloads).toHaveLength(2);
    expect(both.timeline).toContainEqual(
      expect.objectContaining({ state: 'searching', detail: expect.stringMatching(/stalled \(no seeds/) }),
    );

    await house.stage.seeder.limitUpload(0);
    const done = await house.until(id, ({ state }) => state === 'available');
    expect(downloadOf(done, dead.infoHash)?.removedAt).not.toBeNull();
    const { rows } = await house.database.db.query('select reason from blocklist');
    expect(rows).toContainEqual({ reason: 'stalled' });
  }, 180_000);

  it('goes on where nothing else is there, and is filed without another search once somebody has it', async () => {
    house.stage.offers.splice(0, 1);
    const id = await house.ask();
    // The request's state is written a step before its job's wait.
    const waiting = await house.until(
      id,
      ({ state, job }) => state === 'awaiting_search' && job.waitingReason === 'next_search',
    );
    await house.until(id, (request) => downloadOf(request, dead.infoHash)?.state === 'stalled');

    await house.restart();
    await house.stage.seeder.seed(dead, path.dirname(deadFolder));
    const done = await house.until(id, ({ state }) => state === 'available', 120_000);
    expect(done.searches).toHaveLength(waiting.searches.length);
    expect(done.downloads).toHaveLength(1);
    expect(await house.filesOf('library')).toContain('The Time Machine.m4b');
  }, 240_000);
});
