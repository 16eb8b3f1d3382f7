import { existsSync, writeFileSync } from 'node:fs';
import { readFile, rm, truncate } from 'node:fs/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import type { MovePlan, MoveWish } from '../../../src/domain/media/move-plan.js';
import { canMount, createDisks } from '../../support/disks.js';
import { stepOf } from '../acquisition/fixture.js';
import { openMoveHouse, type MoveHouse } from './move-house.js';

let moves: MoveHouse;
const disks = createDisks();

beforeAll(async () => {
  moves = await openMoveHouse();
}, 60_000);

beforeEach(() => moves.clear());

afterEach(() => {
  disks.unmountAll();
});

afterAll(() => moves.house.close());

/** Dies with its first write to the database once the file is at its new place. */
async function killedAfterRename(id: string, wish?: Partial<MoveWish>): Promise<MovePlan> {
  const plan = await moves.plan(id, wish);
  const target = moves.house.deps.roots.resolve(plan.video.to);
  const { db } = moves.house.deps;
  const transaction: ActivityDeps['db']['transaction'] = (work) =>
    existsSync(target) ? Promise.reject(new Error('killed')) : db.transaction(work);
  const dying = moves.steps({ db: { ...db, transaction } }).moveVideo(plan, stepOf());
  await expect(dying).rejects.toThrow('killed');
  return plan;
}

describe('a kill between the rename and the row', () => {
  it('is healed by the next attempt', async () => {
    const id = await moves.video('inbox/a.mkv');
    await moves.write('inbox/a.srt', 'text');
    const plan = await killedAfterRename(id);
    expect(await moves.places()).toEqual([{ id, place: 'inbox:a.mkv' }]);
    const moved = await moves.steps().moveVideo(plan, stepOf());
    expect(moved).toMatchObject({ result: { how: 'found', companions: ['a.srt'] } });
    expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
    expect(await moves.names('inbox')).toEqual([]);
    expect(await moves.names('library')).toEqual(['films/a.mkv', 'films/a.srt']);
  });

  it('is healed by a new job, which finds the video where it would bring it', async () => {
    const id = await moves.video('inbox/a.mkv');
    await killedAfterRename(id);
    expect(await moves.move(id, { conflict: 'fail' })).toMatchObject({ how: 'found' });
    expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
  });

  it.each(['inbox/a.mkv', 'library/other/a.mkv'])(
    'and a scan in between double nothing: %s',
    async (source) => {
      const id = await moves.video(source);
      const plan = await killedAfterRename(id);
      expect(await moves.house.result({ folder: 'films' })).toMatchObject({ new: 1 });
      expect(await moves.places()).toHaveLength(2);
      await moves.steps().moveVideo(plan, stepOf());
      expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
      expect(await moves.house.result({ folder: 'films' })).toMatchObject({ found: 1, new: 0, missing: 0 });
    },
  );

  it('agrees with a scan that has followed the move itself', async () => {
    const id = await moves.video('library/films/one/a.mkv');
    const plan = await killedAfterRename(id, { targetDirectory: 'films/two' });
    expect(await moves.house.result({ folder: 'films' })).toMatchObject({ moved: 1, new: 0 });
    await moves.steps().moveVideo(plan, stepOf());
    expect(await moves.places()).toEqual([{ id, place: 'library:films/two/a.mkv' }]);
    expect(await moves.house.result({ folder: 'films' })).toMatchObject({ unchanged: 1, new: 0, missing: 0 });
  });

  it('is brought to its end by a cancel', async () => {
    const id = await moves.video('inbox/a.mkv');
    const plan = await killedAfterRename(id);
    await moves.steps().undoMove(plan, stepOf());
    expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
  });
});

describe('the same content at the target', () => {
  it('is done, and of two rows one stays', async () => {
    const there = await moves.video('library/films/a.mkv', 'same');
    const id = await moves.video('inbox/a.mkv', 'same');
    await moves.house.deps.db.query(`update videos set thumbnail_path = 't.jpg' where id = $1`, [there]);
    expect(await moves.move(id)).toMatchObject({ how: 'found' });
    expect(await moves.names('inbox')).toEqual([]);
    expect(await moves.house.rows()).toMatchObject([{ id, path: 'films/a.mkv', thumbnail_path: 't.jpg' }]);
  });

  it('is left alone by a cancel that comes before anything was done', async () => {
    await moves.write('library/films/a.mkv', 'same');
    const id = await moves.video('inbox/a.mkv', 'same');
    await moves.steps().undoMove(await moves.plan(id), stepOf());
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
    expect(await moves.places()).toEqual([{ id, place: 'inbox:a.mkv' }]);
  });

  it('in its first and last bytes alone takes no source away', async () => {
    const size = 300_000;
    await moves.write('library/films/a.mkv', 'x'.repeat(size));
    const text = `${'x'.repeat(150_000)}y${'x'.repeat(149_999)}`;
    const id = await moves.video('inbox/a.mkv', text);
    await moves.move(id);
    expect(await readFile(moves.at('inbox/a.mkv'), 'utf8')).toBe(text);
  });
});

describe('what changes between plan and act', () => {
  it('is planned anew: a new file at the target, or another source', async () => {
    const id = await moves.video('inbox/a.mkv');
    const plan = await moves.plan(id);
    await moves.write('library/films/a.mkv', 'other');
    expect(await moves.steps().moveVideo(plan, stepOf())).toEqual({
      again: 'Another file has taken the place',
    });
    await moves.write('inbox/a.mkv', 'changed');
    expect(await moves.steps().moveVideo(plan, stepOf())).toMatchObject({ again: expect.any(String) });
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
    expect((await moves.move(id)).path).toBe('library:films/a (2).mkv');
    // Another content than the row's was: the next scan looks inside.
    expect((await moves.house.rows())[0]).toMatchObject({ id, probed_at: null });
  });

  it('is nothing to a superseded attempt, which leaves nothing', async () => {
    const id = await moves.video('inbox/a.mkv');
    const plan = await moves.plan(id, { link: 'copy', targetDirectory: 'films/new' });
    let passed = 0;
    const fence = (): Promise<void> => {
      passed += 1;
      return passed > 1 ? Promise.reject(new Error('superseded')) : Promise.resolve();
    };
    await expect(moves.steps().moveVideo(plan, stepOf({ fence }))).rejects.toThrow('superseded');
    expect(await moves.names('library')).toEqual([]);
    await moves.steps().undoMove(plan, stepOf());
    expect(existsSync(moves.at('library/films/new'))).toBe(false);
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
  });
});

const onDisks = canMount ? describe : describe.skip;

onDisks('a move to another disk', () => {
  beforeEach(() => disks.mountTmpfs(moves.at('library/disk'), '4m'));
  const wish = { targetDirectory: 'disk' };

  it('copies, compares, and only then takes the source away', async () => {
    const id = await moves.video('inbox/a.mkv', 'x'.repeat(1_500_000));
    await moves.write('inbox/a.srt', 'text');
    expect(await moves.move(id, wish)).toMatchObject({ how: 'copy', companions: ['a.srt'] });
    expect(await moves.names('inbox')).toEqual([]);
    expect(await moves.names('library/disk')).toEqual(['a.mkv', 'a.srt']);
    const [row] = await moves.house.rows();
    expect(row).toMatchObject({ id, root: 'library', path: 'disk/a.mkv' });
    expect(await moves.house.result({ folder: 'disk' })).toMatchObject({ unchanged: 1, new: 0 });
  });

  it('takes the source away after a kill, too', async () => {
    const id = await moves.video('inbox/a.mkv', 'x'.repeat(1_500_000));
    const plan = await killedAfterRename(id, wish);
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
    await moves.house.result({ folder: 'disk' });
    await moves.steps().moveVideo(plan, stepOf());
    expect(await moves.names('inbox')).toEqual([]);
    expect(await moves.places()).toEqual([{ id, place: 'library:disk/a.mkv' }]);
  });

  it('copies what is shared with nobody there, and refuses a hard link', async () => {
    const id = await moves.video('inbox/a.mkv');
    await expect(moves.move(id, { ...wish, link: 'hardlink' })).rejects.toMatchObject({
      kind: 'bad_input',
      remedy: 'Choose the link auto, move or copy',
    });
    expect(await moves.names('library/disk')).toEqual([]);
  });

  it.each(['before', 'while'])('that is full %s it copies leaves no partial and waits', async (when) => {
    const id = await moves.video('inbox/a.mkv', 'x'.repeat(3_000_000));
    const plan = await moves.plan(id, wish);
    const fill = (): void => {
      writeFileSync(moves.at('library/disk/full'), Buffer.alloc(2_500_000));
    };
    if (when === 'before') fill();
    let isFilled = when === 'before';
    const progress = (): void => {
      if (isFilled) return;
      isFilled = true;
      fill();
    };
    const full = { kind: 'environment', waitingReason: 'disk_full' };
    await expect(moves.steps().moveVideo(plan, stepOf({ progress }))).rejects.toMatchObject(full);
    expect(await moves.names('library/disk')).toEqual(['full']);
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
    await rm(moves.at('library/disk/full'));
    await moves.steps().moveVideo(plan, stepOf());
    expect(await moves.names('library/disk')).toEqual(['a.mkv']);
  });

  it('that may not be written waits, and names no path of the host', async () => {
    await moves.move(await moves.video('inbox/first.mkv'), wish);
    disks.remount(moves.at('library/disk'), 'ro');
    const id = await moves.video('inbox/a.mkv');
    await expect(moves.move(id, wish)).rejects.toMatchObject({
      ...{ kind: 'environment', waitingReason: 'mount_gone' },
      message: expect.not.stringContaining(moves.at('library')),
    });
  });

  it('stops at a cancel in the middle, and leaves nothing', async () => {
    const id = await moves.video('inbox/a.mkv', 'x'.repeat(3_500_000));
    const plan = await moves.plan(id, wish);
    const stop = new AbortController();
    const progress = (): void => {
      stop.abort(new Error('cancelled'));
    };
    const step = stepOf({ signal: stop.signal, progress });
    await expect(moves.steps().moveVideo(plan, step)).rejects.toThrow('cancelled');
    await moves.steps().undoMove(plan, stepOf());
    expect(await moves.names('library/disk')).toEqual([]);
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
  });

  it('does not take a source away that was changed after its copy', async () => {
    const id = await moves.video('inbox/a.mkv', 'x'.repeat(1_500_000));
    const plan = await killedAfterRename(id, wish);
    await truncate(moves.at('inbox/a.mkv'), 1_000);
    await moves.steps().moveVideo(plan, stepOf());
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
  });
});
