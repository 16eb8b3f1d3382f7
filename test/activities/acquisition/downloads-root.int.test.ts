import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { addToClient } from '../../../src/activities/acquisition/add-to-client.js';
import { checkFolders } from '../../../src/activities/acquisition/check-folders.js';
import { listDownload } from '../../../src/activities/acquisition/download-files.js';
import { DOWNLOADS, markRoot, rootState } from '../../../src/activities/acquisition/root-state.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import { createAria2Fixture, type Aria2Fixture } from './aria2-fixture.js';
import { stepOf } from './fixture.js';
import { storeSeeding } from './stored-downloads.js';

let fixture: Aria2Fixture;
/** Host folder of downloads. */
let root: string;

beforeEach(async () => {
  fixture = await createAria2Fixture();
  root = fixture.deps.roots.folderOf('downloads');
});

afterEach(() => fixture.close());

const away = (): string => `${root} elsewhere`;

/** A mount point whose disk is away is there, and empty. */
async function unmount(): Promise<void> {
  await rename(root, away());
  await mkdir(root);
}

async function mount(): Promise<void> {
  await rm(root, { recursive: true });
  await rename(away(), root);
}

const add = (id: string) =>
  addToClient(fixture.deps, id, {
    ...{ resume: true, access: new Map(), signal: AbortSignal.timeout(20_000) },
    fence: () => Promise.resolve(),
  });
const held = {
  ...{ kind: 'environment', waitingReason: 'mount_gone' },
  remedy: expect.stringContaining('longplay client mark'),
};
const folderHealth = async () =>
  (await checkFolders(fixture.deps)).filter(
    ({ subject, kind }) => subject === DOWNLOADS && kind === 'folder',
  );

describe('the disk of downloads (no. 36)', () => {
  it('is known by a marker from the first download on; without it nothing is fetched, nor called missing', async () => {
    expect(await readdir(root)).toEqual([]);
    const { download } = await storeSeeding(fixture, { state: 'downloading' });
    expect(await readdir(root)).toContain(ROOT_MARKER);
    await unmount();
    await expect(add(download.id)).rejects.toMatchObject(held);
    await expect(listDownload(fixture.deps, { download, step: stepOf() })).rejects.toMatchObject(held);
    expect(await readdir(root)).toEqual([]);
    expect(await folderHealth()).toMatchObject([
      { level: 'error', remedy: expect.stringContaining('client mark') },
    ]);
    await mount();
    expect(await add(download.id)).toBe(true);
    expect((await listDownload(fixture.deps, { download, step: stepOf() })).plain).toHaveLength(1);
    expect(await folderHealth()).toMatchObject([{ level: 'ok' }]);
  });

  it('is not taken for another one where downloads began before there were markers', async () => {
    const { download } = await storeSeeding(fixture, { state: 'downloading' });
    await fixture.deps.db.query('delete from root_markers');
    await fixture.deps.db.query('update downloads set completed_bytes = 1');
    await rm(path.join(root, ROOT_MARKER));
    await unmount();
    await expect(add(download.id)).rejects.toMatchObject(held);
    expect(await readdir(root)).toEqual([]);
    await mount();
    expect(await add(download.id)).toBe(true);
    expect(await readdir(root)).toContain(ROOT_MARKER);
  });

  it('is another one once somebody says so', async () => {
    const { download } = await storeSeeding(fixture, { state: 'downloading' });
    await unmount();
    expect(await markRoot(fixture.deps, DOWNLOADS)).toBe(true);
    expect(await rootState(fixture.deps, DOWNLOADS)).toEqual({ state: 'online' });
    expect(await add(download.id)).toBe(true);
  });
});
