import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { upsertItems } from '../../../src/store/acquisition/library-items.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { insertJob } from '../../../src/store/jobs.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { runCli, type Ran } from '../run-cli.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  const library = {
    id: 'shelf',
    name: 'Shelf',
    kind: 'folder',
    root: 'library:Shelf',
    enabled: true,
  } as const;
  await saveLibrary(api.parts.db, {
    ...library,
    ...{ pathTemplate: '{author}/{title}{ [asin]}', mediaTypes: ['audiobook'] },
  });
  await mkdir(shelf(), { recursive: true });
});

afterAll(() => api.stop());

function shelf(...names: string[]): string {
  return path.join(api.parts.roots.folderOf('library'), 'Shelf', ...names);
}

const run = (...argv: string[]): Promise<Ran> =>
  runCli(['library', 'preview', 'shelf', ...argv], {
    url: api.url,
    environment: { LONGPLAY_TOKEN: api.tokens.viewer },
  });

describe('longplay library preview', () => {
  it('renders an item by the library’s template or by another, and says what a name loses', async () => {
    expect(await run('The Time Machine', '--author', 'H. G. Wells')).toEqual({
      status: 0,
      stderr: '',
      stdout: [
        'template  {author}/{title}{ [asin]}',
        'folder    H. G. Wells/The Time Machine',
        'files     The Time Machine.m4b',
        'Its place is free.',
        '',
      ].join('\n'),
    });
    const argv = ['Who? / When', '--template', '{year}/{title}', '--year', '1895', '--files', '12'];
    const { stdout } = await run(...argv, '--extension', '.mp3');
    expect(stdout).toContain('folder    1895/Who - When');
    expect(stdout).toContain('files     01 - Who - When.mp3 … 12 - Who - When.mp3');
    expect(stdout).toContain('changed: "Who? - When" is "Who - When" (characters that no name may have)');
    expect(stdout).toContain('changed: a slash in title is a dash');
  });

  it('tells what is there already, in which spelling, and who has filed there', async () => {
    await mkdir(shelf('h. g. wells', 'The Sleeper'), { recursive: true });
    await writeFile(shelf('h. g. wells', 'The Sleeper', 'The Sleeper.m4b'), 'sound');
    const policy = api.parts.catalogue.find('organize_files').policy;
    const job = {
      id: 'organize_files-1',
      type: 'organize_files',
      title: 'x',
      params: {},
      priority: 5,
      policy,
    };
    const rest = { subject: undefined, dedupeKey: null, parentId: undefined, createdBy: 'test' };
    await insertJob(api.parts.db, { ...job, ...rest });
    await api.parts.db.query(
      `insert into imports (job_id, target, manifest, committed_at) values ('organize_files-1', $1, '{}', now())`,
      ['library:Shelf/h. g. wells/The Sleeper'],
    );
    const { stdout } = await run('The Sleeper', '--author', 'H. G. Wells');
    expect(stdout.split('\n').filter((line) => line.startsWith('clash'))).toEqual([
      'clash: The disk spells it h. g. wells/The Sleeper, which an import takes over',
      'clash: h. g. wells/The Sleeper is there already, with The Sleeper.m4b',
      'clash: The Sleeper.m4b is there already; an import stops unless it is the same file',
      'clash: organize_files-1 has filed to it: another item is refused there',
    ]);
  });

  it('names films, episodes and ebooks as their kind is named', async () => {
    const pilot = ['Some Show', '--type', 'episode', '--season', '1', '--episode', '2'];
    expect((await run(...pilot, '--template', '{show}/Season {season:00}')).stdout).toContain(
      'files     Some Show - S01E02.mkv',
    );
    expect((await run('Metropolis', '--type', 'movie', '--year', '1927')).stdout).toContain(
      'files     Metropolis (1927).mkv',
    );
    expect((await run('Emma', '--type', 'ebook')).stdout).toContain('files     Emma.epub');
  });

  it('takes an item that the library has', async () => {
    const item = { id: 'item-1', path: 'a', mediaType: 'audiobook', title: 'Kipps', author: 'H. G. Wells' };
    const rest = { narrator: null, year: 1905, asin: 'B000000001', isbn: null, durationSeconds: null };
    await upsertItems(api.parts.db, {
      ...{ libraryId: 'shelf', scanId: 'scan-1' },
      items: [{ ...item, ...rest, sizeBytes: 1, files: [] }],
    });
    expect((await run('item-1', '--item')).stdout).toContain('Kipps [B000000001]');
    expect((await run('item-2', '--item')).stderr).toContain('There is no library item "item-2"');
    expect((await run('request-none', '--request')).stderr).toContain('There is no request "request-none"');
  });

  it('says what is wrong with a template, and when the disk is away', async () => {
    const { status, stderr } = await run('x', '--template', '{titel}');
    expect(status).toBe(4);
    expect(stderr).toContain('The path template has an unknown token: "{titel}"');
    const both = await api.send('POST', '/api/libraries/shelf/preview-path', {
      body: { item: { title: 'x' }, requestId: 'request-1' },
    });
    expect(both.status).toBe(400);
    await rename(shelf(), `${shelf()}-away`);
    await rename(api.parts.roots.folderOf('library'), `${api.parts.roots.folderOf('library')}-away`);
    expect((await run('Tono-Bungay')).stdout).toContain('what is there cannot be seen');
  });
});
