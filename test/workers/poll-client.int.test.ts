import { rename } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../src/activities/deps.js';
import type { DownloadTransition } from '../../src/domain/acquisition/download-transition.js';
import { findDownloadClient } from '../../src/store/acquisition/download-clients.js';
import { createAria2Fixture, pollAria2, type Aria2Fixture } from '../activities/acquisition/aria2-fixture.js';
import { storeSeeding } from '../activities/acquisition/stored-downloads.js';
import { eventually } from '../support/eventually.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

let fixture: Aria2Fixture;

beforeAll(async () => {
  fixture = await createAria2Fixture();
});

afterAll(() => fixture.close());

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
    const poll = (): Promise<boolean> => pollAria2({ deps });
    for (let count = 0; count < 2; count += 1) await storeSeeding(fixture, { state: 'downloading' });
    expect(await poll()).toBe(true);
    const root = deps.roots.resolve('downloads:');
    await fixture.aria2.kill();
    await rename(root, `${root} away`);
    await fixture.aria2.restart({ forget: true });

    expect(await poll()).toBe(true);
    const held = { kind: 'held', reason: 'mount_gone', detail: expect.stringContaining('"downloads"') };
    expect([...told.values()]).toEqual([held, held]);
    expect((await findDownloadClient(deps.db, 'aria2'))?.unreachableSince).toBeNull();

    await rename(`${root} away`, root);
    await deps.db.query(`update downloads set poll_facts = jsonb_set(poll_facts, '{refused,nextMs}', '0')`);
    expect(await poll()).toBe(true);
    await eventually(async () => {
      const items = await fixture.aria2.client.list(signal());
      return items.length === 2 && items.every(({ state }) => state === 'seeding');
    });
  });
});
