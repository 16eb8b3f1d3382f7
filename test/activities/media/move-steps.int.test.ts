import { link, lstat, mkdir, readFile, rename, rm, symlink, utimes } from 'node:fs/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { setAside } from '../../../src/activities/media/replaced-by-move.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { stepOf } from '../acquisition/fixture.js';
import { openMoveHouse, type MoveHouse } from './move-house.js';

let moves: MoveHouse;

beforeAll(async () => {
  moves = await openMoveHouse();
}, 60_000);

beforeEach(() => moves.clear());

afterAll(() => moves.house.close());

describe('a move on one disk', () => {
  it('renames the file, and tells its row, which keeps its id', async () => {
    const id = await moves.video('inbox/up/A Film.mkv');
    const inode = String((await lstat(moves.at('inbox/up/A Film.mkv'))).ino);
    const result = await moves.move(id, { targetDirectory: 'films/2024' });
    expect(result).toEqual({
      ...{ from: 'inbox:up/A Film.mkv', path: 'library:films/2024/A Film.mkv', how: 'renamed' },
      ...{ bytes: 25, companions: [] },
    });
    expect(await moves.names('inbox')).toEqual([]);
    expect(await moves.names('library')).toEqual(['films/2024/A Film.mkv']);
    expect((await lstat(moves.at('library/films/2024/A Film.mkv'))).mode & 0o777).toBe(0o664);
    expect(await moves.house.rows()).toMatchObject([
      {
        ...{ id, root: 'library', path: 'films/2024/A Film.mkv', filename: 'A Film.mkv', title: 'A Film' },
        ...{ words: 'films/2024/a film.mkv', inode, missing_since: null },
      },
    ]);
    expect((await moves.house.rows())[0]?.['probed_at']).not.toBeNull();
  });

  it.each(['library/other/a.mkv', 'public/a.mkv', 'playback/a.mkv'])('takes %s too', async (place) => {
    const id = await moves.video(place);
    await moves.move(id);
    expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
  });

  it('is done when the video is in that folder already', async () => {
    const id = await moves.video('library/films/a.mkv');
    expect(await moves.move(id)).toMatchObject({ how: 'found', path: 'library:films/a.mkv' });
    expect(await moves.names('library')).toEqual(['films/a.mkv']);
  });

  it('takes sidecars of the same name along, and no others', async () => {
    const id = await moves.video('inbox/a.mkv');
    const own = ['a-poster.jpg', 'a.ass', 'a.en.srt', 'a.idx', 'a.nfo', 'a.srt', 'a.sub', 'a.vtt'];
    for (const name of [...own, 'b.srt', 'poster.jpg']) await moves.write(`inbox/${name}`, name);
    expect((await moves.move(id)).companions.sort()).toEqual(own);
    expect(await moves.names('inbox')).toEqual(['b.srt', 'poster.jpg']);
    expect(await moves.names('library/films')).toEqual([...own, 'a.mkv'].sort());
  });

  it('leaves a sidecar for another video of the same name', async () => {
    const id = await moves.video('inbox/a.mkv');
    await moves.write('inbox/a.mp4', 'other');
    await moves.write('inbox/a.srt', 'text');
    await moves.move(id);
    expect(await moves.names('inbox')).toEqual(['a.mp4', 'a.srt']);
    expect(await moves.names('library/films')).toEqual(['a.mkv', 'a.srt']);
  });

  it.each([
    ['x:y.mp4', 'xy.mp4'],
    ['-dash.mp4', '-dash.mp4'],
    ["it's %d $(touch x).mp4", "it's %d $(touch x).mp4"],
    ['new\nline.mp4', 'new line.mp4'],
    ['e\u0301.mp4', '\u00e9.mp4'],
    [`${'n'.repeat(251)}.mp4`, `${'n'.repeat(251)}.mp4`],
  ])('cleans %j', async (name, cleaned) => {
    const id = await moves.video(`inbox/${name}`);
    await moves.move(id);
    expect(await moves.names('library/films')).toEqual([cleaned]);
    expect(await moves.names('inbox')).toEqual([]);
  });
});

describe('a file that is shared with a torrent', () => {
  it('is linked, and stays', async () => {
    const id = await moves.video('inbox/a.mkv');
    await moves.write('inbox/a.srt', 'text');
    await mkdir(moves.at('downloads'), { recursive: true });
    await link(moves.at('inbox/a.mkv'), moves.at('downloads/a.mkv'));
    expect(await moves.move(id)).toMatchObject({ how: 'hardlink', companions: ['a.srt'] });
    expect(await moves.names('inbox')).toEqual(['a.mkv', 'a.srt']);
    const linked = await lstat(moves.at('library/films/a.mkv'));
    expect(linked.ino).toBe((await lstat(moves.at('downloads/a.mkv'))).ino);
    // What is small and edited in place is no link.
    expect((await lstat(moves.at('library/films/a.srt'))).nlink).toBe(1);
    expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
  });

  it.each([
    ['move', 'renamed', []],
    ['copy', expect.stringMatching(/copy|reflink/), ['a.mkv']],
    ['hardlink', 'hardlink', ['a.mkv']],
  ] as const)('obeys the link %s', async (wish, how, left) => {
    const id = await moves.video('inbox/a.mkv');
    expect(await moves.move(id, { link: wish })).toMatchObject({ how });
    expect(await moves.names('inbox')).toEqual(left);
    expect(await moves.names('library/films')).toEqual(['a.mkv']);
  });
});

describe('a name that another file has', () => {
  beforeEach(() => moves.write('library/films/a.mkv', 'older'));

  it('suffix: numbers the video and its sidecars', async () => {
    const id = await moves.video('inbox/a.mkv');
    await moves.write('inbox/a.en.srt', 'text');
    await moves.write('library/films/a (2).en.srt', 'of another');
    expect(await moves.move(id)).toMatchObject({
      path: 'library:films/a (3).mkv',
      companions: ['a (3).en.srt'],
    });
    expect(await readFile(moves.at('library/films/a.mkv'), 'utf8')).toBe('older');
  });

  it('counts a name that differs in case alone', async () => {
    const id = await moves.video('inbox/A.MKV');
    expect((await moves.move(id)).path).toBe('library:films/A (2).MKV');
  });

  it('fail: says which, and what to do', async () => {
    const id = await moves.video('inbox/a.mkv');
    await expect(moves.move(id, { conflict: 'fail' })).rejects.toMatchObject({
      kind: 'bad_input',
      message: 'Another file is at the target already: library:films/a.mkv',
      remedy: expect.stringContaining('suffix or replace'),
    });
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
  });

  it('replace: without a recycle bin the old one goes by the rename, and its row with it', async () => {
    const old = await moves.video('library/films/a.mkv', 'older');
    const id = await moves.video('inbox/a.mkv', 'newer');
    await moves.move(id, { conflict: 'replace' });
    expect(await readFile(moves.at('library/films/a.mkv'), 'utf8')).toBe('newer');
    expect(await moves.places()).toEqual([{ id, place: 'library:films/a.mkv' }]);
    expect(old).not.toBe(id);
  });

  describe('in a library with a recycle bin', () => {
    beforeEach(() =>
      saveLibrary(moves.house.deps.db, {
        ...{ id: 'films', name: 'Films', kind: 'folder', root: 'library:films', pathTemplate: '{title}' },
        ...{ mediaTypes: ['movie'], enabled: true },
      }),
    );
    const binned = async (): Promise<string[]> =>
      (await moves.names('library/films')).filter((name) => name.startsWith('.longplay-recycle/'));

    it('replace: the old one goes into the bin, and its row with it', async () => {
      const old = await moves.video('library/films/a.mkv', 'older');
      const id = await moves.video('inbox/a.mkv', 'newer');
      await moves.move(id, { conflict: 'replace' });
      expect(await readFile(moves.at('library/films/a.mkv'), 'utf8')).toBe('newer');
      const [bin = ''] = await binned();
      expect(await readFile(moves.at(`library/films/${bin}`), 'utf8')).toBe('older');
      expect(await moves.places()).toEqual([
        { id: old, place: `library:films/${bin}` },
        { id, place: 'library:films/a.mkv' },
      ]);
    });

    it('replace: the old one is back after a cancel that comes before the rename', async () => {
      const id = await moves.video('inbox/a.mkv', 'newer');
      const plan = await moves.plan(id, { conflict: 'replace' });
      await setAside(moves.house.deps, plan.video.to, stepOf().jobId);
      expect(await moves.names('library/films')).toEqual([expect.stringMatching(/^\.longplay-recycle/)]);
      await moves.steps().undoMove(plan, stepOf());
      expect(await moves.names('library/films')).toEqual(['a.mkv']);
      expect(await readFile(moves.at('library/films/a.mkv'), 'utf8')).toBe('older');
      expect(await moves.places()).toEqual([{ id, place: 'inbox:a.mkv' }]);
    });
  });
});

describe('what is refused', () => {
  it.each([
    ['a directory that nobody has made', 'nowhere', /library:nowhere, it is not there/],
    ['a file in the way', 'file/below', /./],
    ['a way out of the root', 'out', /leaves its root/],
  ])('%s', async (_what, targetDirectory, said) => {
    await moves.write('library/file', 'x');
    await symlink('/tmp', moves.at('library/out'));
    const id = await moves.video('inbox/a.mkv');
    await expect(moves.move(id, { targetDirectory })).rejects.toMatchObject({
      kind: 'bad_input',
      message: expect.stringMatching(said),
    });
    expect(await moves.names('inbox')).toEqual(['a.mkv']);
  });

  it('a video that is nowhere', async () => {
    await expect(moves.move('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ kind: 'gone' });
    const id = await moves.video('inbox/a.mkv');
    await moves.write('inbox/b.mkv', 'other');
    await rm(moves.at('inbox/a.mkv'));
    await expect(moves.move(id)).rejects.toMatchObject({
      kind: 'gone',
      message: expect.not.stringContaining('/'),
    });
  });

  it('a link in the place of the video', async () => {
    const id = await moves.video('inbox/a.mkv');
    await rename(moves.at('inbox/a.mkv'), moves.at('inbox/b.mkv'));
    await symlink('b.mkv', moves.at('inbox/a.mkv'));
    await expect(moves.move(id)).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it('waits for a file that is being written', async () => {
    const id = await moves.video('inbox/a.mkv');
    await moves.write('inbox/a.mkv', 'longer than before');
    await utimes(moves.at('inbox/a.mkv'), new Date(), new Date());
    await expect(moves.move(id)).rejects.toMatchObject({ waitingReason: 'source_busy' });
  });

  it('waits while the disk of the source, or of the target, is away', async () => {
    const id = await moves.video('inbox/a.mkv');
    await rename(moves.at('inbox/a.mkv'), moves.at('library/a.mkv'));
    await expect(moves.move(id)).rejects.toMatchObject({ kind: 'environment', waitingReason: 'mount_gone' });
    await rename(moves.at('library/a.mkv'), moves.at('inbox/a.mkv'));
    await moves.move(await moves.video('inbox/first.mkv'));
    await rename(moves.at('library/films'), moves.at('library/away'));
    await mkdir(moves.at('library/films'));
    await expect(moves.move(id)).rejects.toMatchObject({ kind: 'environment', waitingReason: 'mount_gone' });
    expect(await moves.names('library/films')).toEqual([]);
  });
});
