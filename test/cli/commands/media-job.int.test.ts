import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { startTestApi, type TestApi } from '../../support/api.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { runCli, type Ran } from '../run-cli.js';

const created = z.looseObject({ type: z.string(), params: z.record(z.string(), z.unknown()) });
let core: TestCore;
let api: TestApi;

/** Films without files: what becomes of their jobs is no matter here. */
beforeAll(async () => {
  core = await startTestCore();
  api = await startTestApi({ parts: core.parts });
  await core.parts.db.query(
    `insert into videos (root, path, filename, title, words, size_bytes, modified_ms, device, inode)
     select 'library', path, path, title, lower(path), 1, 1, '1', path
     from (values ('films/a.mkv', 'a'), ('films/My film.mkv', 'My film'), ('more/b.mkv', 'b'), ('less/b.mkv', 'b'), ('more/c.mkv', 'c')) v (path, title)`,
  );
});

afterAll(async () => {
  await api.stop();
  await core.stop();
});

function run(...argv: string[]): Promise<Ran> {
  return runCli(argv, { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.operator } });
}

async function idOf(path: string): Promise<string> {
  const { rows } = await core.parts.db.query<{ id: string }>('select id from videos where path = $1', [path]);
  return rows[0]?.id ?? '';
}

describe('a job for a video', () => {
  it.each([
    [['encode', 'library:films/a.mkv'], 'films/a.mkv', 'reencode_streaming', { crf: 23, preset: 'medium' }],
    [
      ['encode', 'My film', 'mine.mp4', '--crf', '30', '--max-height', '720', '--audio-languages', 'eng,deu'],
      'films/My film.mkv',
      'reencode_streaming',
      { outputPath: 'mine.mp4', crf: 30, maxHeight: 720, audioLanguages: ['eng', 'deu'] },
    ],
    [
      ['media', 'validate', 'more/c.mkv', '--level', 'packets'],
      'more/c.mkv',
      'validate',
      { level: 'packets' },
    ],
    [
      ['media', 'thumbnail', 'c.mkv', '--at', '2.5', '--sprite'],
      'more/c.mkv',
      'thumbnail_generate',
      { timestamp: 2.5, sprite: true },
    ],
    [
      ['media', 'move', 'library:more/b.mkv', 'films/2024', '--conflict', 'fail'],
      'more/b.mkv',
      'move_to_library',
      { targetDirectory: 'films/2024', conflict: 'fail', link: 'auto' },
    ],
  ])('is made by %j', async (argv, path, type, params) => {
    const { status, stdout, stderr } = await run(...argv, '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const job = created.parse(JSON.parse(stdout));
    expect(job).toMatchObject({ type, params: { videoId: await idOf(path), ...params } });
  });

  it('is made for an id', async () => {
    const { stdout } = await run(
      'media',
      'validate',
      await idOf('films/a.mkv'),
      '--json',
      '--priority',
      'low',
    );
    expect(JSON.parse(stdout)).toMatchObject({ params: { videoId: await idOf('films/a.mkv') }, priority: 9 });
  });

  it.each([
    [
      'an unknown video',
      ['encode', 'nothing like it'],
      /there is none with "nothing like it".*\n.*media list/,
    ],
    ['a word of several', ['encode', 'b.mkv'], /"b\.mkv" are several: library:.*b\.mkv, library:.*b\.mkv/],
    ['--replace', ['encode', 'a', '--replace'], /Expected --replace together with --direct/],
    ['a file to make', ['media', 'thumbnail', 'a', 'a.jpg'], /Expected no file to make without --direct/],
  ])('is refused for %s', async (_what, argv, said) => {
    const { status, stdout, stderr } = await run(...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });
});

describe('a scan', () => {
  it.each([
    [['media', 'scan', 'films'], 'scan', 'films'],
    [['media', 'scan'], 'scan', 'videos'],
    [['media', 'public-scan', 'gallery'], 'public_scan', 'gallery'],
  ])('is made by %j', async (argv, type, directoryType) => {
    const { status, stdout } = await run(...argv, '--json');
    expect(status).toBe(0);
    expect(created.parse(JSON.parse(stdout))).toMatchObject({ type, params: { directoryType } });
  });
});
