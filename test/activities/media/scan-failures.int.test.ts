import { chmod, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { ScanSlice } from '../../../src/activities/media/scan-steps.js';
import { ROOT_MARKER } from '../../../src/domain/logical-path.js';
import { canMount, createDisks } from '../../support/disks.js';
import { asNobody } from '../acquisition/as-nobody.js';
import { openScanHouse, type ScanHouse } from './scan-house.js';

let house: ScanHouse;
const disks = createDisks();

beforeAll(async () => {
  house = await openScanHouse();
});

beforeEach(() => house.clear());

afterEach(() => {
  disks.unmountAll();
});

afterAll(() => house.close());

/** Files that ffprobe refuses at once. */
async function putMany(count: number, place?: string): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const file = house.at(`${String(number).padStart(3, '0')}.mp4`, place);
    await writeFile(file, `no video ${number}`);
    await utimes(file, 1_600_000_000, 1_600_000_000);
  }
}

const MOUNT_GONE = { kind: 'environment', waitingReason: 'mount_gone' };

describe('while a disk is away nothing is called missing', () => {
  it('whose folder is gone', async () => {
    await putMany(2);
    await house.result();
    await rename(house.at(''), house.at('away', 'library'));
    await expect(house.scan()).rejects.toMatchObject(MOUNT_GONE);
    await rename(house.at('away', 'library'), house.at(''));
    expect(await house.result()).toMatchObject({ unchanged: 2, missing: 0 });
  });

  it('whose folder is there, and empty', async () => {
    await putMany(2);
    await house.result();
    await rename(house.at(''), house.at('away', 'library'));
    await mkdir(house.at(''));
    await expect(house.scan()).rejects.toMatchObject(MOUNT_GONE);
    expect(await house.missing()).toEqual([]);
  });

  it('where a folder below it is empty that had all its videos, also by the next attempt', async () => {
    await mkdir(house.at('disk'));
    await putMany(12, 'library/videos/disk');
    await house.result();
    await rename(house.at('disk'), house.at('away', 'library'));
    const saved: unknown[] = [];
    const saveCheckpoint = (checkpoint: unknown): Promise<void> =>
      Promise.resolve(void saved.push(checkpoint));
    await expect(house.scan({}, { saveCheckpoint })).rejects.toMatchObject(MOUNT_GONE);
    await expect(house.scan({}, { checkpoint: saved.at(-1) })).rejects.toThrow('is empty, and had 12 videos');
    expect(await house.missing()).toEqual([]);
    await rename(house.at('away', 'library'), house.at('disk'));
    const answer = await house.scan({}, { checkpoint: saved.at(-1) });
    expect(answer).toMatchObject({ result: { found: 12, unchanged: 12, missing: 0 } });
  });

  it('that goes away in the middle of a walk', async () => {
    await putMany(40);
    await house.result();
    for (let number = 0; number < 20; number += 1) {
      const file = house.at(`${String(number).padStart(3, '0')}.mp4`);
      await writeFile(file, 'changed');
      await utimes(file, 1_600_000_001, 1_600_000_001);
    }
    house.beforeOpening(async (file) => {
      if (!file.endsWith('015.mp4')) return;
      await rename(house.at(''), house.at('away', 'library'));
      await mkdir(house.at(''));
      await writeFile(house.at('new.mp4'), 'of another disk');
    });
    await expect(house.scan({ batchSize: 10 })).rejects.toMatchObject(MOUNT_GONE);
    expect(await house.missing()).toEqual([]);
  });

  (canMount ? it : it.skip)('and another one is mounted there', async () => {
    await putMany(2);
    await house.result();
    await disks.mountTmpfs(house.at('').replace(/\/$/, ''), '1m');
    await putMany(5);
    await expect(house.scan()).rejects.toMatchObject(MOUNT_GONE);
    expect(await house.missing()).toEqual([]);
  });
});

describe('a folder', () => {
  it('that nobody has made is told with what to do', async () => {
    await expect(house.scan({ folder: 'films' })).rejects.toMatchObject({
      kind: 'bad_input',
      message: 'Expected the folder library:films, it is not there',
      remedy: expect.stringContaining('Make it'),
    });
  });

  it('that is a file is told without a host’s path', async () => {
    await writeFile(house.at('file', 'library'), '');
    const told = await house.scan({ folder: 'file' }).catch((error: unknown) => error as Error);
    expect(told).toMatchObject({ kind: 'bad_input' });
    expect((told as Error).message).not.toContain(house.at('', ''));
  });

  it('that cannot be read keeps its videos, and all others', async () => {
    await house.put('open/a.mp4');
    await house.put('shut/b.mp4');
    await house.result();
    await rm(house.at('open/a.mp4'));
    await chmod(house.at('', ''), 0o755);
    await chmod(house.at('shut'), 0o000);
    const result = await asNobody(() => house.result());
    await chmod(house.at('shut'), 0o755);
    expect(result).toMatchObject({ found: 0, missing: 0, isComplete: false, unreadFolders: 1 });
    expect(await house.missing()).toEqual([]);
    expect(await house.result()).toMatchObject({ unchanged: 1, missing: 1, isComplete: true });
  });
});

describe('a scan that is cut', () => {
  it('goes on where it was, and opens no file twice', async () => {
    await putMany(60);
    const control = new AbortController();
    const reason = new Error('paused');
    const saved: unknown[] = [];
    house.beforeOpening((file) => {
      if (file.endsWith('035.mp4')) control.abort(reason);
      return Promise.resolve();
    });
    const saveCheckpoint = (checkpoint: unknown): Promise<void> =>
      Promise.resolve(void saved.push(checkpoint));
    const step = { saveCheckpoint, signal: control.signal };
    await expect(house.scan({ batchSize: 10 }, step)).rejects.toBe(reason);
    const first = house.opened();
    house.beforeOpening(() => Promise.resolve());
    // Nothing is lost but what lay between two writes.
    const written = (await house.rows()).length;
    expect(written).toBeGreaterThanOrEqual(30);
    const answer = await house.scan({ batchSize: 10 }, { checkpoint: saved.at(-1) });
    expect(answer).toMatchObject({ result: { found: 60, unchanged: 0, missing: 0, invalid: 60 } });
    const second = house.opened();
    expect(second.length).toBe(60 - written);
    expect(first.length + second.length).toBeLessThan(75);
  });

  it('by a kill right after it has written counts what was new as new', async () => {
    await putMany(20);
    const control = new AbortController();
    house.beforeOpening((file) => {
      if (file.endsWith('015.mp4')) control.abort(new Error('killed'));
      return Promise.resolve();
    });
    const saved: unknown[] = [];
    const saveCheckpoint = (checkpoint: unknown): Promise<void> =>
      Promise.resolve(void saved.push(checkpoint));
    await house.scan({ batchSize: 10 }, { signal: control.signal, saveCheckpoint }).catch(() => undefined);
    expect((await house.rows()).length).toBe(10);
    house.beforeOpening(() => Promise.resolve());
    const answer = await house.scan({ batchSize: 10 }, { checkpoint: saved[0] });
    expect(answer).toMatchObject({ result: { found: 20, new: 20, unchanged: 0 } });
  });

  it('into slices reads every file once', async () => {
    await putMany(35);
    await house.result();
    await rm(house.at('017.mp4'));
    await rm(house.at('034.mp4'));
    let [slices, slice] = [0, { batchSize: 10, sliceMs: 0 } as Partial<ScanSlice>];
    for (;;) {
      const answer = await house.scan(slice);
      if ('result' in answer) {
        expect(answer.result).toMatchObject({ found: 33, unchanged: 33, missing: 2 });
        break;
      }
      slices += 1;
      slice = { ...slice, walk: answer.walk };
    }
    expect(slices).toBe(4);
    expect(await house.missing()).toEqual(['videos/017.mp4', 'videos/034.mp4']);
  });
});

describe('a scan of the gallery', () => {
  const gallery = { root: 'public' as const, reencode: { propose: true } };

  it('writes no file, and tells what browsers cannot play', async () => {
    await house.put('plays.mp4', 'public/videos');
    await house.put('sub/other.mkv', 'public/videos');
    await writeFile(house.at('text.mp4', 'public/videos'), 'no video');
    const result = await house.result({ ...gallery, quietSeconds: 0 });
    const rows = await house.rows();
    const other = rows.find(({ path }) => path === 'videos/sub/other.mkv');
    expect(result).toMatchObject({ found: 3, invalid: 1, needReencode: { count: 1, ids: [other?.id] } });
    expect(rows.map((row) => row.reencode_proposed_at !== null)).toEqual([false, true, false]);
    expect(await readdir(house.at('', 'public/videos'))).toEqual(['plays.mp4', 'sub', 'text.mp4']);
    expect(await readdir(house.at('', 'library/videos'))).not.toContain(ROOT_MARKER);
  });

  it('proposes nothing where nobody wants it', async () => {
    await house.put('other.mkv', 'public/videos');
    const wish = { ...gallery, reencode: { propose: false } };
    expect(await house.result(wish)).toMatchObject({ needReencode: { count: 1 } });
    expect(await house.rows()).toMatchObject([{ reencode_proposed_at: null }]);
  });

  it('follows no link out of its root, and tells none of the host’s paths', async () => {
    await house.put('secret.mp4', 'library/videos');
    await symlink(house.at('secret.mp4'), house.at('secret.mp4', 'public/videos'));
    await symlink(house.at(''), house.at('library', 'public/videos'));
    await writeFile(house.at('text.mp4', 'public/videos'), 'no video');
    const lines: string[] = [];
    const log = (_level: string, message: string): void => void lines.push(message);
    const answer = await house.scan({ ...gallery, quietSeconds: 0 }, { log });
    expect(answer).toMatchObject({ result: { found: 1, invalid: 1 } });
    expect(lines).toContain('passed over videos/secret.mp4: it leaves its root');
    const told = JSON.stringify([answer, lines, await house.rows()]);
    expect(told).not.toContain(house.at('', ''));
  });

  it('waits for a disk that is away, without a mark on it', async () => {
    await putMany(2, 'public/videos');
    await house.result(gallery);
    await rm(house.at('000.mp4', 'public/videos'));
    await rm(house.at('001.mp4', 'public/videos'));
    await expect(house.scan(gallery)).rejects.toMatchObject(MOUNT_GONE);
    expect(await house.missing()).toEqual([]);
  });
});
