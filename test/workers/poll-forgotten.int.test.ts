import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../src/activities/deps.js';
import type { DownloadTransition } from '../../src/domain/acquisition/download-transition.js';
import { Fault } from '../../src/domain/faults.js';
import type { AddDownload } from '../../src/integrations/download-clients/port.js';
import { findDownloadClient } from '../../src/store/acquisition/download-clients.js';
import { findDownload, type DownloadRow } from '../../src/store/acquisition/downloads.js';
import { createAria2Fixture, pollAria2, type Aria2Fixture } from '../activities/acquisition/aria2-fixture.js';
import { storeSeeding } from '../activities/acquisition/stored-downloads.js';

let fixture: Aria2Fixture;
let deps: ActivityDeps;
let download: DownloadRow;
/** The client was ended before it wrote down whose its items are and where they belong. */
let hasForgotten: boolean;
/** What the client answers to the add. */
let refusal: Fault | undefined;
let added: { begun: AddDownload['begun']; directory: string }[];
let told: DownloadTransition['kind'][];

beforeAll(async () => {
  fixture = await createAria2Fixture();
});

afterAll(() => fixture.close());

beforeEach(async () => {
  [hasForgotten, refusal, added, told] = [true, undefined, [], []];
  ({ download } = await storeSeeding(fixture, { state: 'downloading' }));
  const usual = fixture.deps.roots.resolve('downloads:usual');
  deps = { ...fixture.deps, temporal: { ...fixture.deps.temporal, signal: tell } };
  const { integrations } = fixture.deps;
  deps.integrations = {
    ...integrations,
    keptDownloadClient: (settings) => {
      const client = integrations.keptDownloadClient(settings);
      return {
        ...client,
        list: async (signal) => {
          const items = await client.list(signal);
          return items.map((item) =>
            hasForgotten
              ? { ...item, owners: [], directory: usual }
              : { ...item, owners: [download.id], directory: fixture.deps.roots.resolve(download.directory) },
          );
        },
        add: ({ begun, directory }) => {
          added.push({ begun, directory });
          if (refusal !== undefined) return Promise.reject(refusal);
          hasForgotten = false;
          return Promise.resolve();
        },
      };
    },
  };
});

afterEach(() => fixture.deps.db.query('update downloads set removed_at = coalesce(removed_at, now())'));

const tell: ActivityDeps['temporal']['signal'] = (_jobId, _name, [transition]) => {
  told.push((transition as DownloadTransition).kind);
  return Promise.resolve(true);
};

async function store(columns: string): Promise<void> {
  await deps.db.query(`update downloads set ${columns} where id = $1`, [download.id]);
}

describe('an item that bears nobody’s tag any more', () => {
  it('is told again whose it is and where it belongs, when it came by us; its files are ours as before', async () => {
    await store('begun_at = now()');
    await pollAria2({ deps });
    expect(added).toEqual([{ begun: true, directory: deps.roots.resolve(download.directory) }]);
    const { directory } = download;
    expect(await findDownload(deps.db, download.id)).toMatchObject({ directory, adopted: false });
    expect(told).toEqual([]);
    await pollAria2({ deps });
    expect(await findDownload(deps.db, download.id)).toMatchObject({ directory, adopted: false });
    expect(told).toEqual(['complete']);
    expect(added).toHaveLength(1);
  });

  it('does not make its client unreachable while that moves the files: it is looked at again later', async () => {
    await store('begun_at = now()');
    refusal = new Fault('transient', 'it was asked to move the files, and has not yet');
    await pollAria2({ deps });
    expect((await findDownloadClient(deps.db, 'aria2'))?.unreachableSince).toBeNull();
    const { directory } = download;
    const row = { directory, adopted: false, state: 'held' };
    expect(await findDownload(deps.db, download.id)).toMatchObject(row);
    expect(added).toHaveLength(1);
    refusal = undefined;
    await store(`poll_facts = jsonb_set(poll_facts, '{forgotten,nextMs}', '0')`);
    await pollAria2({ deps });
    expect(added).toHaveLength(2);
    await pollAria2({ deps });
    await pollAria2({ deps });
    expect(await findDownload(deps.db, download.id)).toMatchObject({ directory, adopted: false });
    expect(told).toEqual(['complete']);
  });

  it('is left to the step that adds it just now', async () => {
    await store(`begun_at = now(), state = 'adding'`);
    await pollAria2({ deps });
    const { directory } = download;
    expect(await findDownload(deps.db, download.id)).toMatchObject({ directory, adopted: false });
    expect({ added, told }).toEqual({ added: [], told: [] });
  });

  it('is somebody else’s, when it was there before us', async () => {
    await pollAria2({ deps });
    await pollAria2({ deps });
    const adopted = { directory: 'downloads:usual', adopted: true };
    expect(await findDownload(deps.db, download.id)).toMatchObject(adopted);
    expect({ added, told }).toEqual({ added: [], told: ['moving', 'complete'] });
  });
});
