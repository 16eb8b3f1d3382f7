import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { recycleFile } from '../../../src/activities/acquisition/recycle.js';
import { recycledList } from '../../../src/cli/recycle-answers.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { runCli, type Ran } from '../run-cli.js';

let core: TestCore;
let api: TestApi;
const library = { id: 'shelf', root: 'library:Shelf' };

beforeAll(async () => {
  core = await startTestCore();
  api = await startTestApi({ parts: core.parts });
});

afterAll(async () => {
  await api.stop();
  await core.stop();
});

const run = (...argv: string[]): Promise<Ran> =>
  runCli(['library', 'recycle', ...argv], {
    url: api.url,
    environment: { LONGPLAY_TOKEN: api.tokens.operator },
  });

async function recycle(name: string, jobId: string): Promise<string> {
  const host = path.join(core.parts.roots.folderOf('library'), 'Shelf', name);
  await mkdir(path.dirname(host), { recursive: true });
  await writeFile(host, name);
  await recycleFile(core.parts, { library, from: name, why: 'merged', jobId });
  return host;
}

describe('longplay library recycle', () => {
  it('lists page by page, restores one or all of a job, and says what stays', async () => {
    expect((await run('list')).stdout).toContain('The recycle bins are empty.');
    const [first, second, third] = [
      await recycle('Book/01.mp3', 'job-1'),
      await recycle('Book/02.mp3', 'job-1'),
      await recycle('Book/03.mp3', 'job-1'),
    ];
    const page = recycledList.parse(JSON.parse((await run('list', '--limit', '2', '--json')).stdout));
    expect(page.recycledFiles.map(({ path: from }) => from)).toHaveLength(2);
    const rest = await run('list', '--limit', '2', '--cursor', page.next ?? '');
    expect(rest.stdout).toMatch(
      /recycled-\S+ +\d{4}-\d\d-\d\d +merged +11 B +in the bin +job-1 +library:Shelf/,
    );

    const { recycledFiles } = recycledList.parse(JSON.parse((await run('list', '--json')).stdout));
    const one = recycledFiles.find(({ path: from }) => from.endsWith('01.mp3'));
    expect((await run('restore', one?.id ?? '')).stdout).toBe('Restored library:Shelf/Book/01.mp3.\n');
    expect(await readFile(first, 'utf8')).toBe('Book/01.mp3');

    await writeFile(second, 'another');
    const dry = await run('restore', '--job', 'job-1', '--dry-run');
    expect(dry.stdout).toContain('Would restore library:Shelf/Book/03.mp3.');
    const told = await run('restore', '--job', 'job-1');
    expect(told.status).toBe(1);
    expect(told.stdout).toContain('Restored library:Shelf/Book/03.mp3.');
    expect(told.stdout).toMatch(
      /recycled-\S+ stays: Another file has the name 02\.mp3 by now\. Move it away/,
    );
    expect(await readFile(second, 'utf8')).toBe('another');
    expect(await readFile(third, 'utf8')).toBe('Book/03.mp3');
    expect((await run('list', '--all')).stdout.match(/restored/g)).toHaveLength(2);
  });

  it('empties after a question, and a dry run removes nothing', async () => {
    await recycle('Book/04.mp3', 'job-2');
    expect((await run('empty', '--older-than-days', '0')).stderr).toContain('Expected --yes');
    expect((await run('empty', '--older-than-days', '0', '--dry-run')).stdout).toContain('completed');
    expect((await run('list', '--job', 'job-2')).stdout).toContain('04.mp3');
    expect(await run('empty', '--older-than-days', '0', '--yes')).toMatchObject({ status: 0 });
    expect((await run('list')).stdout).toContain('The recycle bins are empty.');
    expect((await run('list', '--all', '--job', 'job-2')).stdout).toContain('removed');
  });

  it('wants either files or a job, and tells of a file that nobody has recycled', async () => {
    expect((await run('restore')).stderr).toContain('Expected either ids of recycled files or --job');
    const unknown = await run('restore', 'recycled-none');
    expect(unknown).toMatchObject({ status: 1 });
    expect(unknown.stdout).toContain('There is no recycled file "recycled-none"');
    const both = await api.send('POST', '/api/recycled-files/restore', {
      body: { ids: ['recycled-none'], jobId: 'job-1' },
    });
    expect(both.status).toBe(400);
  });
});
