import { execFileSync } from 'node:child_process';
import { link, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { HOSTILE_NAMES } from '../../../support/hostile-names.js';
import { cutShort, damaged, makeVideo } from '../../../support/video-fixtures.js';
import { openStudio, type Studio } from './studio.js';

let studio: Studio;
let film: string;

beforeAll(async () => {
  studio = await openStudio();
  film = await makeVideo(studio.folder, 'film.mkv', { seconds: 2 });
});

afterAll(() => studio.close());

const media = (...argv: string[]) => studio.run('media', ...argv, '--direct');

describe('media validate --direct', () => {
  it.each(['quick', 'packets', 'thorough'])('calls a good film valid, level %s', async (level) => {
    const { status, stdout } = await media('validate', film, '--level', level, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'valid', level, path: film });
  });

  it.each([
    ['what was cut short', () => cutShort(film, 0.6), 'quick', 'cut_short'],
    ['damaged pictures', () => damaged(film, { at: 0.3, bytes: 20_000 }), 'thorough', 'cut_short'],
    ['an empty file', () => text('empty.mkv', ''), 'quick', 'empty'],
    ['a playlist', () => text('list.mp4', '#EXTM3U\n/etc/passwd\n'), 'quick', 'playlist'],
  ])('ends with 1 for %s, and tells what it found', async (_what, make, level, code) => {
    const { status, stdout } = await media('validate', await make(), '--level', level);
    expect({ status, head: stdout.split('\n')[0] }).toEqual({
      status: 1,
      head: expect.stringMatching(new RegExp(`is invalid \\(${level}`)),
    });
    expect(stdout).toMatch(new RegExp(`error +${code}`));
  });

  it.each([
    ['nowhere.mkv', /there is no /],
    ['.', /is a folder/],
  ])('refuses %s', async (name, said) => {
    const { status, stderr } = await media('validate', studio.at(name));
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(said) });
  });
});

describe('media thumbnail --direct', () => {
  it('takes a picture and a sheet, and leaves nothing beside them', async () => {
    await mkdir(studio.at('pictures'));
    const [picture, sheet] = [studio.at('pictures', "it's.jpg"), studio.at('pictures', '-sheet.jpg')];
    const { status, stdout } = await media(
      'thumbnail',
      film,
      picture,
      '--width',
      '200',
      '--sprite',
      sheet,
      '--json',
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ path: picture, width: 200, height: 112, verdict: 'good' },
      sprite: { path: sheet, width: 640 },
    });
    expect(await studio.names(studio.at('pictures'))).toEqual(['-sheet.jpg', "it's.jpg"]);
    expect((await readFile(picture)).subarray(0, 2).toString('hex')).toBe('ffd8');
  });

  it('replaces no picture unasked', async () => {
    const picture = await text('mine.jpg', 'mine');
    expect((await media('thumbnail', film, picture)).status).toBe(2);
    expect(await readFile(picture, 'utf8')).toBe('mine');
    expect((await media('thumbnail', film, picture, '--replace', '--at', '1.5')).status).toBe(0);
    expect((await stat(picture)).size).toBeGreaterThan(512);
  });

  it('fails with what has no picture', async () => {
    const { status, stderr } = await media('thumbnail', await text('no.mkv', 'no film'), studio.at('no.jpg'));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('Error: ') });
    expect(await studio.names()).not.toContain('no.jpg');
  });
});

describe('media scan and public-scan --direct', () => {
  beforeAll(async () => {
    await mkdir(studio.at('gallery', 'deep'), { recursive: true });
    await makeVideo(studio.at('gallery'), 'plays.mp4', {
      ...{ seconds: 1, sound: [] },
      options: ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'],
    });
    await link(film, studio.at('gallery', 'deep', 'film.mkv'));
    for (const name of HOSTILE_NAMES) await text(`gallery/${name}`, '');
    await symlink('/etc', studio.at('gallery', 'away'));
  });

  it('prints one document a file, in order, as it finds them', async () => {
    const { status, stdout, stderr } = await media('scan', studio.at('gallery'), '--json');
    expect(status).toBe(0);
    const videos = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string });
    expect(videos).toHaveLength(HOSTILE_NAMES.length + 2);
    expect(videos.find(({ path }) => path === 'plays.mp4')).toMatchObject({
      playable: true,
      videoCodec: 'h264',
    });
    expect(videos.find(({ path }) => path === 'deep/film.mkv')).toMatchObject({
      playable: false,
      valid: true,
    });
    expect(videos.find(({ path }) => path === 'x:y.mp4')).toMatchObject({ valid: false });
    expect(stderr).toContain('passed over away');
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      ...{ videos: videos.length, playable: 1, unplayable: 1, invalid: HOSTILE_NAMES.length },
    });
  });

  it('prints one line a file for people', async () => {
    const { stdout, stderr } = await media('scan', studio.at('gallery'));
    expect(stdout.trimEnd().split('\n')).toHaveLength(HOSTILE_NAMES.length + 3);
    expect(stdout).toMatch(/320×180 +h264 +plays +plays\.mp4/);
    expect(stderr).toContain('1 play in browsers, 1 need an encode');
  });

  it('names what browsers cannot play, and why', async () => {
    const { status, stdout } = await media('public-scan', studio.at('gallery'));
    expect({ status, lines: stdout.trimEnd().split('\n') }).toEqual({
      status: 0,
      lines: [expect.stringMatching(/^WHY/), expect.stringMatching(/^container +deep\/film\.mkv$/)],
    });
  });

  it.each(['nowhere', 'film.mkv'])('refuses %s', async (name) => {
    const { status, stderr } = await media('scan', studio.at(name));
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('Expected the folder') });
  });
});

describe('media move --direct', () => {
  beforeEach(async () => {
    for (const name of ['from', 'to']) {
      await rm(studio.at(name), { recursive: true, force: true });
      await mkdir(studio.at(name));
    }
    await text('from/a film.mkv', 'the film');
    await text('from/a film.en.srt', 'its words');
  });

  it('moves a film with its sidecars', async () => {
    const { status, stdout } = await media('move', studio.at('from', 'a film.mkv'), studio.at('to'));
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/is at .*to\/a film\.mkv \(renamed, 8 B\)\n {2}with a film\.en\.srt/),
    });
    expect(await studio.names(studio.at('from'))).toEqual([]);
    expect(await studio.names(studio.at('to'))).toEqual(['a film.en.srt', 'a film.mkv']);
  });

  it.each([
    [
      'suffix',
      0,
      { 'a film.mkv': 'another', 'a film (2).mkv': 'the film', 'a film (2).en.srt': 'its words' },
    ],
    ['replace', 0, { 'a film.mkv': 'the film', 'a film.en.srt': 'its words' }],
    ['fail', 1, { 'a film.mkv': 'another' }],
  ])('does with another file of the name what was asked: %s', async (conflict, status, there) => {
    await text('to/a film.mkv', 'another');
    const argv = [studio.at('from', 'a film.mkv'), studio.at('to'), '--conflict', conflict];
    const ran = await media('move', ...argv);
    expect(ran.status).toBe(status);
    if (status === 1)
      expect(ran.stderr).toContain(`Another file is at the target already: ${studio.at('to')}/`);
    const names = await studio.names(studio.at('to'));
    const texts = names.map(async (name) => [name, await readFile(studio.at('to', name), 'utf8')] as const);
    expect(Object.fromEntries(await Promise.all(texts))).toEqual(there);
    expect((await studio.names(studio.at('from'))).length).toBe(status === 1 ? 2 : 0);
  });

  it('copies and links where that is asked for, and keeps the source', async () => {
    const source = studio.at('from', 'a film.mkv');
    expect((await media('move', source, studio.at('to'), '--link', 'hardlink')).stdout).toContain(
      '(hardlink',
    );
    expect((await stat(studio.at('to', 'a film.mkv'))).ino).toBe((await stat(source)).ino);
    await mkdir(studio.at('to', 'copied'));
    const { stdout } = await media('move', source, studio.at('to', 'copied'), '--link', 'copy');
    expect(stdout).toMatch(/\((copy|reflink),/);
    expect(await readFile(source, 'utf8')).toBe('the film');
    expect(await readFile(studio.at('to', 'copied', 'a film.mkv'), 'utf8')).toBe('the film');
  });

  it('does nothing where the film is there already', async () => {
    const { status, stdout } = await media('move', studio.at('from', 'a film.mkv'), studio.at('from'));
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('stood there already') });
  });

  it('bears hostile names', async () => {
    for (const [index, name] of HOSTILE_NAMES.entries()) {
      await text(`from/${name}`, `film ${index}`);
      await utimes(studio.at('from', name), 1, 1);
      const { status } = await studio.run(
        'media',
        'move',
        '--direct',
        studio.at('from', name),
        studio.at('to'),
      );
      expect({ name, status }).toEqual({ name, status: 0 });
    }
    expect(await studio.names(studio.at('to'))).toHaveLength(HOSTILE_NAMES.length);
  });

  it('refuses what is no file, no folder, or a link', async () => {
    await symlink(film, studio.at('from', 'link.mkv'));
    expect((await media('move', studio.at('from', 'none.mkv'), studio.at('to'))).status).toBe(2);
    expect((await media('move', film, studio.at('nowhere'))).status).toBe(2);
    const { status, stderr } = await media('move', studio.at('from', 'link.mkv'), studio.at('to'));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('link.mkv is a link') });
  });

  it('copies to another disk, compares, and only then removes the source', async () => {
    const device = (folder: string): string =>
      execFileSync('stat', ['-c', '%d', folder], { encoding: 'utf8' });
    if (device('/dev/shm') === device(studio.at('from'))) return;
    const there = `/dev/shm/longplay-move-${process.pid}`;
    await mkdir(there);
    try {
      const { stdout } = await media('move', studio.at('from', 'a film.mkv'), there);
      expect(stdout).toContain('(copy,');
      expect(await readFile(`${there}/a film.mkv`, 'utf8')).toBe('the film');
      expect(await studio.names(studio.at('from'))).toEqual([]);
    } finally {
      await rm(there, { recursive: true, force: true });
    }
  });
});

async function text(name: string, content: string): Promise<string> {
  await writeFile(studio.at(name), content);
  return studio.at(name);
}
