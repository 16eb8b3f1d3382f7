import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../../src/jobs/create.js';
import { saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { planDownload } from '../../../src/store/acquisition/downloads.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { insertJob } from '../../../src/store/jobs.js';
import { writeTorrent } from '../../integrations/indexers/torrents.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { startTestCore, type TestCore } from '../../support/core.js';

const ITEM = { mediaType: 'audiobook', title: 'Merged After Import', author: 'Some Author' } as const;
const FOLDER = `${ITEM.author}/${ITEM.title}`;

let core: TestCore;
let aria2: Aria2Process;

beforeAll(async () => {
  core = await startTestCore();
  const { db, roots, seal } = core.parts;
  aria2 = await startAria2Process(path.dirname(roots.folderOf('downloads')));
  const { rpcUrl, secret } = aria2;
  await saveDownloadClient(db, {
    ...{ id: 'aria2', name: 'aria2', kind: 'aria2', baseUrl: rpcUrl, secret: seal.seal(secret) },
    ...{ username: null, category: null, pathMappings: [], priority: 25, enabled: true, embedded: false },
  });
  await saveLibrary(db, {
    ...{ id: 'shelf', name: 'Shelf', kind: 'folder', root: 'library:', enabled: true, mergeChapters: true },
    ...{ pathTemplate: '{author}/{title}', mediaTypes: ['audiobook'] },
  });
});

afterAll(async () => {
  await core.stop();
  await aria2.stop();
});

function downloaded(name: string): string {
  return path.join(core.parts.roots.folderOf('downloads'), 'dl-merged', 'Foundation', name);
}

/** Three files that its client has finished and forgotten: the torrent tells which they are. */
async function storeDownload(names: readonly string[]): Promise<void> {
  const { db, media, catalogue } = core.parts;
  await mkdir(downloaded(''), { recursive: true });
  for (const name of names) {
    await media.run({
      inputs: [{ lavfi: 'sine=duration=1' }],
      ...{ output: downloaded(name), options: [], signal: AbortSignal.timeout(30_000) },
    });
  }
  const lengths = await Promise.all(names.map(async (name) => (await stat(downloaded(name))).size));
  const { bytes } = writeTorrent({
    files: names.map((name, index) => ({ path: [name], length: lengths[index] ?? 0 })),
  });
  const { policy } = catalogue.find('monitor_download');
  const job = { id: 'monitor_download-merged', type: 'monitor_download', title: 'Fetch', params: {}, policy };
  const rest = { subject: undefined, dedupeKey: null, parentId: undefined, createdBy: 'test', priority: 5 };
  await insertJob(db, { ...job, ...rest });
  await db.query(`update jobs set outcome_status = 'completed', ended_at = now() where id = $1`, [job.id]);
  await planDownload(db, {
    ...{ id: 'dl-merged', jobId: job.id, round: 1, requestId: null, clientId: 'aria2', protocol: 'torrent' },
    ...{
      clientItemId: '0123456789abcdef',
      infoHash: 'merged',
      releaseTitle: ITEM.title,
      indexerId: 'indexer',
    },
    ...{ guid: 'merged', directory: 'downloads:dl-merged', content: { kind: 'torrent', bytes } },
    ...{ totalBytes: 1, minimumRatio: null, minimumSeedSeconds: null },
  });
  await db.query(`update downloads set completed_at = now() where id = 'dl-merged'`);
}

describe('an import into a library that wants one file', () => {
  it('is merged after it was filed; what is seeded stays, and the import stands for the merged file', async () => {
    const names = ['1 - The Sea.mp3', '2 - The Storm.mp3', '3 - Home.mp3'];
    await storeDownload(names);
    const before = await readFile(downloaded(names[0] ?? ''));
    const params = { downloadId: 'dl-merged', libraryId: 'shelf', item: ITEM };
    const { job } = await createJob(core.parts, { type: 'organize_files', params, createdBy: 'test' });
    const { result } = await core.until(job.id, ({ status }) => status === 'completed', 60_000);
    expect(result).toEqual({ folder: FOLDER, files: 1, mode: 'hardlink' });
    const shelf = path.join(core.parts.roots.folderOf('library'), FOLDER);
    expect((await readdir(shelf)).sort()).toEqual([`${ITEM.title}.m4b`, 'metadata.json', 'metadata.opf']);
    expect(await readFile(downloaded(names[0] ?? ''))).toEqual(before);

    const { rows } = await core.parts.db.query<{ names: string[] }>(
      `select array(select file->>'path' from jsonb_array_elements(manifest->'files') file) as names from imports where job_id = $1`,
      [job.id],
    );
    expect(rows[0]?.names.map((name) => path.basename(name)).sort()).toEqual([
      `${ITEM.title}.m4b`,
      'metadata.json',
      'metadata.opf',
    ]);
    // Imports call files by the book; the chapters are called as the release called them.
    const merged = path.join(shelf, `${ITEM.title}.m4b`);
    const { chapters } = await core.parts.media.probe(merged, AbortSignal.timeout(30_000));
    expect(chapters.map(({ title }) => title)).toEqual(['The Sea', 'The Storm', 'Home']);
  });
});
