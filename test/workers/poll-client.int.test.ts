import { rename } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../src/activities/deps.js';
import type { DownloadTransition } from '../../src/domain/acquisition/download-transition.js';
import { findDownloadClient } from '../../src/store/acquisition/download-clients.js';
import { openDownloads } from '../../src/store/acquisition/polled-downloads.js';
import { pollClient } from '../../src/workers/poll-client.js';
import { createFixture, type Fixture } from '../activities/acquisition/fixture.js';
import { storeAria2, storeSeeding } from '../activities/acquisition/stored-downloads.js';
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

afterAll(async () => {
  await aria2.stop();
  await fixture.close();
});

describe('a client that was restarted while the disk of its downloads is away', () => {
  it('is not called unreachable; each download is held until the disk is back, and goes on then', async () => {
    const told = new Map<string, DownloadTransition>();
    const deps: ActivityDeps = {
      ...fixture.deps,
      temporal: {
        ...fixture.deps.temporal,
        signal: (jobId, _name, [transition]) => {
          told.set(jobId, transition as DownloadTransition);
          return Promise.resolve(true);
        },
      },
    };
    const poll = async (): Promise<boolean> => {
      const client = await findDownloadClient(deps.db, 'aria2');
      if (client === undefined) throw new Error('There is no client "aria2"');
      const downloads = await openDownloads(deps.db, 'aria2');
      return pollClient(deps, { client, downloads, trusted: true, signal: signal() });
    };
    for (let count = 0; count < 2; count += 1) await storeSeeding(fixture, { state: 'downloading' });
    expect(await poll()).toBe(true);
    const root = deps.roots.resolve('downloads:');
    await aria2.kill();
    await rename(root, `${root} away`);
    await aria2.restart({ forget: true });

    expect(await poll()).toBe(true);
    const held = { kind: 'held', reason: 'mount_gone', detail: expect.stringContaining('"downloads"') };
    expect([...told.values()]).toEqual([held, held]);
    expect((await findDownloadClient(deps.db, 'aria2'))?.unreachableSince).toBeNull();

    await rename(`${root} away`, root);
    await deps.db.query(`update downloads set poll_facts = jsonb_set(poll_facts, '{refused,nextMs}', '0')`);
    expect(await poll()).toBe(true);
    await eventually(async () => {
      const items = await aria2.client.list(signal());
      return items.length === 2 && items.every(({ state }) => state === 'seeding');
    });
  });
});
