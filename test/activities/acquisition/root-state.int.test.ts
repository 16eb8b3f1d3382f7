import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { readCircumstances } from '../../../src/activities/acquisition/circumstances.js';
import { steps as librarySteps } from '../../../src/activities/acquisition/library-steps.js';
import { markRoot, requireOnline, rootState } from '../../../src/activities/acquisition/root-state.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import { upsertItems } from '../../../src/store/acquisition/library-items.js';
import { findRootMarker } from '../../../src/store/acquisition/root-markers.js';
import { canMount, createDisks } from '../../support/disks.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';

const ROOT = 'library:Books';
const disks = createDisks();

let fixture: Fixture;
/** Stands for another disk: what is in it shows at the library's root while it is mounted there. */
let disk: string;

beforeEach(async () => {
  fixture = await createFixture();
  disk = path.join(fixture.folder, 'disk');
  await mkdir(disk);
});

afterEach(async () => {
  disks.unmountAll();
  await fixture.close();
});

const state = () => rootState(fixture.deps, ROOT);
const online = () => requireOnline(fixture.deps, { root: ROOT });
const scan = () => librarySteps.create(fixture.deps).scanLibrary({ libraryId: LIBRARY }, stepOf());
const held = { kind: 'environment', waitingReason: 'mount_gone' };

async function haveItem(): Promise<void> {
  const item = { title: 'One', author: null, narrator: null, year: null, asin: null, isbn: null };
  await upsertItems(fixture.deps.db, {
    libraryId: LIBRARY,
    scanId: 'earlier',
    items: [
      {
        ...item,
        id: 'item-1',
        path: 'A/One',
        mediaType: 'audiobook',
        durationSeconds: 1,
        sizeBytes: 1,
        files: [],
      },
    ],
  });
}

describe('the marker of a library’s root', () => {
  it('is written when the root is first used, and once only', async () => {
    expect(await state()).toEqual({ state: 'unmarked' });
    await Promise.all([online(), online(), online()]);
    expect(await state()).toEqual({ state: 'online' });
    expect(await readdir(fixture.library)).toEqual([ROOT_MARKER]);
    const id = await findRootMarker(fixture.deps.db, ROOT);
    await online();
    expect(await findRootMarker(fixture.deps.db, ROOT)).toBe(id);
  });

  it('is taken over from a disk that bears one: two libraries may share a root, and a house may be set up anew', async () => {
    await online();
    const id = await findRootMarker(fixture.deps.db, ROOT);
    await fixture.deps.db.query('delete from root_markers');
    await online();
    expect(await findRootMarker(fixture.deps.db, ROOT)).toBe(id);
  });

  it('waits for a folder that nobody has made so far', async () => {
    await rm(fixture.library, { recursive: true });
    expect(await state()).toEqual({ state: 'absent' });
    await online();
    expect(await findRootMarker(fixture.deps.db, ROOT)).toBeUndefined();
  });

  it('is not given to an empty folder of a library that has items, nor is that online', async () => {
    await haveItem();
    await expect(online()).rejects.toMatchObject(held);
    await rm(fixture.library, { recursive: true });
    await expect(online()).rejects.toMatchObject(held);
    expect(await findRootMarker(fixture.deps.db, ROOT)).toBeUndefined();
  });

  it('that was torn by a power cut counts as none, and is written anew by hand', async () => {
    await online();
    await writeFile(path.join(fixture.library, ROOT_MARKER), '');
    expect(await state()).toMatchObject({ state: 'offline' });
    expect(await markRoot(fixture.deps, ROOT)).toBe(true);
    expect(await state()).toEqual({ state: 'online' });
  });

  it('is left out where nothing may be written: such a root is read all the same', async () => {
    await writeFile(path.join(fixture.library, 'loose.txt'), 'x');
    if (canMount) {
      await disks.mountBind(fixture.library, fixture.library);
      disks.remount(fixture.library, 'bind,ro');
    } else await chmod(fixture.library, 0o555);
    expect(await scan()).toMatchObject({ items: 0, missing: 0 });
    expect(await state()).toEqual({ state: 'unmarked' });
    if (!canMount) await chmod(fixture.library, 0o755);
  });
});

/** Without root a folder that is moved away stands for the disk. */
async function mount(): Promise<void> {
  if (canMount) await disks.mountBind(disk, fixture.library);
  else {
    await rm(fixture.library, { recursive: true });
    await rename(disk, fixture.library);
  }
}

async function unmount(): Promise<void> {
  if (canMount) disks.unmountAll();
  else {
    await rename(fixture.library, disk);
    await mkdir(fixture.library);
  }
}

describe('a library whose disk is away (no. 36)', () => {
  beforeEach(async () => {
    await mount();
    await fixture.makeSound(path.join(fixture.library, 'A', 'One', 'a.mp3'));
    expect(await scan()).toMatchObject({ items: 1 });
    await unmount();
  });

  it('is offline though its mount point is there, with a reason', async () => {
    expect(await state()).toEqual({
      state: 'offline',
      why: `The folder ${ROOT} is there without its ${ROOT_MARKER}: its disk is not mounted`,
    });
    const { target } = await readCircumstances(fixture.deps, {
      ...{ name: 'Books', root: ROOT, writeTags: 'copies', mediaTypes: ['audiobook'] },
    });
    expect(target).toEqual({ name: 'Books', isOnline: false });
  });

  it('is neither scanned nor written to, and goes on once the disk is back', async () => {
    await expect(scan()).rejects.toMatchObject(held);
    expect(await readdir(fixture.library)).toEqual([]);
    await mount();
    expect(await scan()).toMatchObject({ items: 1, missing: 0 });
  });

  it('is offline too when another disk is mounted there, until somebody says that it is the right one', async () => {
    await writeFile(path.join(fixture.library, ROOT_MARKER), `${'0'.repeat(36)}\n`);
    expect(await state()).toMatchObject({ state: 'offline', why: expect.stringContaining('another disk') });
    expect(await markRoot(fixture.deps, ROOT)).toBe(true);
    expect(await state()).toEqual({ state: 'online' });
  });
});
