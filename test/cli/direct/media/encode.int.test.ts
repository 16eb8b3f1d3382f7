import { copyFile, link, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { encodeFolderOf } from '../../../../src/cli/direct/media/encode-folder.js';
import { claimOwner } from '../../../../src/embedded/owner-file.js';
import { findProcesses } from '../../../support/processes.js';
import { startProgram } from '../../../support/started-program.js';
import { cutShort, makeVideo } from '../../../support/video-fixtures.js';
import { openStudio, slowFfmpeg, untilSaid, type Studio } from './studio.js';

const OLD = { size: '160x90', rate: '25', options: ['-c:v', 'mpeg4', '-c:a', 'flac'] };
const SMALL = ['-c:v', 'libx264', '-crf', '48', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
let studio: Studio;
let film: string;

beforeAll(async () => {
  studio = await openStudio();
  film = await makeVideo(studio.folder, 'film.mkv', { ...OLD, seconds: 2, sound: ['eng', 'deu'] });
});

afterAll(() => studio.close());

const encode = (...argv: string[]) => studio.run('encode', ...argv, '--direct', '--preset', 'ultrafast');

describe('encode --direct', () => {
  it('makes a file that browsers play, says why, and leaves nothing beside it', async () => {
    const output = studio.at('made here.mp4');
    const before = await readFile(film);
    const { status, stdout, stderr } = await encode(film, output, '--audio-languages', 'deu');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^Made .*made here\.mp4 \(both\): .*\n {2}Because browsers do not play mpeg4/,
      ),
    });
    expect(stdout).toContain('Without stream 1, sound (flac)');
    expect(stderr).toMatch(/\[running \d+ %\] runs encode video/);
    expect(await studio.describe(output)).toMatchObject({
      fastStart: true,
      video: { codec: 'h264' },
      audio: [{ codec: 'aac', language: 'deu' }],
    });
    expect(await readFile(film)).toEqual(before);
    expect(await studio.names()).toEqual(['film.mkv', 'made here.mp4']);
  });

  it('tells what it did as one document', async () => {
    const { status, stdout } = await encode(film, studio.at('told.mp4'), '--json', '--crf', '30');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ outcome: 'done', action: 'both', path: studio.at('told.mp4') },
      ...{ sourceBytes: (await stat(film)).size, sizeBytes: (await stat(studio.at('told.mp4'))).size },
    });
  });

  it('does nothing where browsers play the source, and copies what needs another container alone', async () => {
    const good = await makeVideo(studio.folder, 'good.mov', { seconds: 1 });
    expect((await encode(good, studio.at('copied.mp4'))).stdout).toContain('(remux)');
    const { status, stdout } = await encode(studio.at('copied.mp4'), studio.at('again.mp4'));
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^Nothing to do: browsers play .*copied\.mp4 as it is; .*again\.mp4 was not/,
      ),
    });
    expect(await studio.names()).not.toContain('again.mp4');
  });

  it('keeps an original that browsers play where an encode is no smaller', async () => {
    await makeVideo(studio.folder, 'small.mp4', { seconds: 2, sound: [], options: SMALL });
    const { status, stdout } = await studio.run(
      ...['encode', studio.at('small.mp4'), studio.at('larger.mp4'), '--direct', '--json'],
      ...['--crf', '16', '--preset', 'ultrafast', '--max-fps', '20'],
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'kept_original', path: null });
    expect(await studio.names()).not.toContain('larger.mp4');
  });

  it.each([
    'x:y.mp4',
    '-dash.mp4',
    "it's here.mkv",
    '%d.mp4',
    '$(touch x).mkv',
    'a\nb.mkv',
    `${'x'.repeat(251)}.mp4`,
  ])('takes the hostile name %j', async (name) => {
    const folder = studio.at(`hostile ${Buffer.from(name).toString('hex').slice(0, 12)}`);
    await mkdir(folder);
    await copyFile(film, path.join(folder, name));
    const target = `${name.replace(/\.[^.]*$/, '').slice(0, 200)} out.mp4`;
    const { status, stderr } = await encode(path.join(folder, name), path.join(folder, target));
    expect({ status, error: /Error.*/.exec(stderr)?.[0] }).toEqual({ status: 0, error: undefined });
    expect(await studio.names(folder)).toEqual([name, target].sort());
  });

  it('replaces only what it may', async () => {
    const [output, theirs] = [studio.at('theirs.mp4'), 'somebody else’s'];
    await writeFile(output, theirs);
    const refused = await encode(film, output);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/Something stands at .*theirs\.mp4 already\n.*--replace/);
    expect(await readFile(output, 'utf8')).toBe(theirs);
    expect((await encode(film, output, '--replace')).status).toBe(0);
    expect(await studio.describe(output)).toMatchObject({ video: { codec: 'h264' } });
  });

  it.each([
    ['no file', ['nowhere.mkv', 'out.mp4'], /Expected a video file, there is no .*nowhere\.mkv/],
    ['a folder', ['folder.mkv', 'out.mp4'], /Expected a video file, .*folder\.mkv is a folder/],
    [
      'a folder as output',
      ['film.mkv', 'folder.mp4'],
      /Expected the name of a file, .*folder\.mp4 is a folder/,
    ],
    [
      'no folder for the output',
      ['film.mkv', 'none/out.mp4'],
      /Expected a folder that is there.*\n.*mkdir -p/,
    ],
    ['another container', ['film.mkv', 'out.mkv'], /Expected a name such as film\.mp4, got .*out\.mkv/],
    ['itself', ['same.mp4', 'same.mp4'], /is the source itself/],
    ['itself by another name', ['same.mp4', 'linked.mp4'], /is the source itself/],
    ['itself by a link', ['same.mp4', 'pointed.mp4'], /is the source itself/],
    ['a name that no disk takes', ['film.mkv', `${'x'.repeat(300)}.mp4`], /The path cannot be used/],
  ])('refuses %s before it begins', async (_what, [source = '', output = ''], said) => {
    for (const name of ['folder.mkv', 'folder.mp4']) await mkdir(studio.at(name), { recursive: true });
    await writeFile(studio.at('same.mp4'), 'film');
    await link(studio.at('same.mp4'), studio.at('linked.mp4')).catch(() => undefined);
    await symlink(studio.at('same.mp4'), studio.at('pointed.mp4')).catch(() => undefined);
    const { status, stdout, stderr } = await encode(studio.at(source), studio.at(output), '--replace');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(said);
    expect(await readFile(studio.at('same.mp4'), 'utf8')).toBe('film');
  });

  it.each([
    ['one file alone', ['film.mkv'], /Expected two files with --direct, got one/],
    ['what only the service can', ['film.mkv', 'out.mp4', '--watch', '--force'], /without --force, --watch/],
    ['a limit of the job type', ['film.mkv', 'out.mp4', '--audio-languages', 'english'], /ISO 639/],
  ])('refuses %s', async (_what, argv, said) => {
    const { status, stderr } = await encode(
      ...argv.map((given) => given.replace(/^film/, studio.at('film'))),
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(said);
  });

  it.each([
    ['a source that was cut short', () => cutShort(film, 0.6), /The source ends at/],
    ['text', () => text('text.mkv', 'no film'), /Error: /],
    ['an empty file', () => text('empty.mkv', ''), /Error: /],
  ])('fails with %s, and leaves nothing', async (_what, make, said) => {
    const source = await make();
    const before = await studio.names();
    const { status, stdout, stderr } = await encode(source, studio.at('never.mp4'));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(said);
    expect(await studio.names()).toEqual(before);
  });

  it('begins nothing while another process makes the same file', async () => {
    const output = studio.at('contended.mp4');
    await claimOwner(encodeFolderOf(output));
    const { status, stderr } = await encode(film, output);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Process \d+ makes contended\.mp4 just now/);
  });
});

async function text(name: string, content: string): Promise<string> {
  await writeFile(studio.at(name), content);
  return studio.at(name);
}

describe('an encode that is interrupted', () => {
  const SECONDS = 62;
  let long: string;
  let slow: string;

  beforeAll(async () => {
    await mkdir(studio.at('long'));
    long = await makeVideo(studio.at('long'), '-long.mkv', { ...OLD, seconds: SECONDS, sound: ['eng'] });
    slow = await slowFfmpeg(studio.folder, 6);
  });

  const start = (ffmpeg: string, ...more: string[]) =>
    startProgram(['encode', '--direct', '--preset', 'ultrafast', ...more, '--', '-long.mkv', '-out.mp4'], {
      environment: { LONGPLAY_DATA: studio.at('data'), FFMPEG_PATH: ffmpeg },
      cwd: studio.at('long'),
    });

  it('goes on with what is finished, after Ctrl-C and after a kill, and is none the worse for it', async () => {
    const output = studio.at('long', '-out.mp4');
    const folder = encodeFolderOf(output);
    const first = start(slow);
    await untilSaid(first, /\[running [1-4]\d %\] runs encode video/);
    first.child.kill('SIGINT');
    const interrupted = await first.ended;
    expect(interrupted).toMatchObject({ status: 130, stdout: '' });
    expect(interrupted.stderr).toContain(`The same command goes on from ${folder}.`);
    expect(await findProcesses(folder)).toEqual([]);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['s00000.ts', 'state.json']));
    expect(await studio.names(studio.at('long'))).toEqual([path.basename(folder), '-long.mkv'].sort());

    const second = start(slow);
    await untilSaid(second, /goes on after \d+ segments[^]*\[running [5-7]\d %\] runs encode video/);
    second.child.kill('SIGKILL');
    await second.ended;

    const { status, stdout, stderr } = await start('ffmpeg').ended;
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('Made -out.mp4 (both)'),
    });
    expect(Number(/goes on after (\d+) segments/.exec(stderr)?.[1])).toBeGreaterThan(3);
    expect(await studio.describe(output)).toMatchObject({ video: { codec: 'h264', frames: SECONDS * 25 } });
    expect(await studio.names(studio.at('long'))).toEqual(['-long.mkv', '-out.mp4']);
    await rename(output, studio.at('done.mp4'));
  });

  it('begins anew with another wish, and leaves nothing where nothing was finished', async () => {
    const early = start(slow, '--crf', '30');
    await untilSaid(early, /runs encode video/);
    early.child.kill('SIGTERM');
    expect(await early.ended).toMatchObject({ status: 130, stderr: expect.stringContaining('Interrupted') });
    expect(long).toBe(studio.at('long', '-long.mkv'));
    expect(await studio.names(studio.at('long'))).toEqual(['-long.mkv']);
  });
});
