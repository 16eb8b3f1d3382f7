import { copyFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { insertNewJob, createJob } from '../../src/jobs/create.js';
import { applyMediaRules } from '../../src/jobs/media-rules.js';
import type { JobView } from '../../src/jobs/view.js';
import type { MediaRule } from '../../src/domain/media/media-rule.js';
import { commitImport, planImport } from '../../src/store/acquisition/imports.js';
import { saveLibrary } from '../../src/store/acquisition/libraries.js';
import { listMediaRules, saveMediaRule } from '../../src/store/media/rules.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { makeVideo } from '../support/video-fixtures.js';

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'] as const;
const LONG_AGO = 1_600_000_000;
let core: TestCore;
let mkv: string;
let mp4: string;

beforeAll(async () => {
  core = await startTestCore({ sweeper: false });
  const scratch = core.parts.roots.folderOf('scratch');
  mkv = await makeVideo(scratch, 'film.mkv', { seconds: 1, options: X264 });
  mp4 = await makeVideo(scratch, 'film.mp4', { seconds: 1, options: [...X264, '-movflags', '+faststart'] });
}, 60_000);

beforeEach(async () => {
  for (const table of ['media_rules', 'videos', 'filed_videos', 'imports', 'jobs'])
    await core.parts.db.query(`delete from ${table}`);
  await rm(at('inbox', 'a'), { recursive: true, force: true });
  await saveMediaRule(core.parts.db, thumbnails);
  await saveMediaRule(core.parts.db, playback);
});

afterAll(() => core.stop());

const thumbnails: MediaRule = {
  ...{ id: 'thumbs', name: 'Thumbnails', places: ['inbox:a'], filed: false, videos: 'valid' },
  ...{ type: 'thumbnail_generate', params: { width: 160 }, priority: 9, enabled: true },
};
const playback: MediaRule = {
  ...{ ...thumbnails, id: 'play', name: 'Playback', filed: true, videos: 'unplayable' },
  ...{ type: 'reencode_streaming', params: {}, priority: null },
};

const at = (root: 'inbox' | 'library', place: string): string =>
  path.join(core.parts.roots.folderOf(root), place);

async function put(file: string, from: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await copyFile(from, file);
  await utimes(file, LONG_AGO, LONG_AGO);
}

const isOver = ({ endedAt }: JobView): boolean => endedAt !== null;

async function scanInbox(): Promise<void> {
  const wish = { type: 'scan', params: { directoryType: 'inbox:' }, createdBy: 'test' };
  const view = await core.until((await createJob(core.parts, wish)).job.id, isOver);
  expect(view.status).toBe('completed');
}

interface Made {
  createdBy: string;
  type: string;
  priority: number;
  path: string;
}

/** What rules have made of which file. */
async function made(): Promise<Made[]> {
  const { rows } = await core.parts.db.query<Made>(
    `select j.created_by as "createdBy", j.type, j.priority, v.path from jobs j join videos v on v.id::text = j.params->>'videoId'
     where j.created_by like 'rule %' order by v.path, j.type`,
  );
  return rows;
}

const LIBRARY: Parameters<typeof saveLibrary>[1] = {
  ...{ id: 'movies', name: 'Movies', kind: 'folder', root: 'library:Movies', pathTemplate: '{title}' },
  ...{ mediaTypes: ['movie'], enabled: true },
};

const isThumbnail = (file: string): Made => ({
  ...{ createdBy: 'rule thumbs', type: 'thumbnail_generate', priority: 9, path: file },
});
const isPlayback = (file: string): Made => ({
  ...{ createdBy: 'rule play', type: 'reencode_streaming', priority: 5, path: file },
});

describe('rules of the media library', () => {
  it('start what they say for what is new in the inbox, once', async () => {
    await put(at('inbox', 'a/film.mkv'), mkv);
    await put(at('inbox', 'a/good.mp4'), mp4);
    await writeFile(at('inbox', 'a/broken.mp4'), 'no video');
    await utimes(at('inbox', 'a/broken.mp4'), LONG_AGO, LONG_AGO);
    await scanInbox();
    await applyMediaRules(core.parts);
    const wished = [isPlayback('a/film.mkv'), isThumbnail('a/film.mkv'), isThumbnail('a/good.mp4')];
    expect(await made()).toEqual(wished);
    await scanInbox();
    await applyMediaRules(core.parts);
    expect(await made()).toEqual(wished);
    expect(await listMediaRules(core.parts.db)).toMatchObject([
      { id: 'play', jobs: 1, lastJobId: expect.stringMatching(/^reencode_streaming-/) },
      { id: 'thumbs', jobs: 2 },
    ]);
    const { rows } = await core.parts.db.query<{ id: string; title: string }>('select id, title from jobs');
    const titles = rows.map(({ title }) => title);
    expect(titles).toContain('Re-encode “film” for streaming');
    expect(titles).toContain('Thumbnail of “good”');
    for (const { id } of rows) expect((await core.until(id, isOver, 60_000)).status).toBe('completed');
  }, 120_000);

  it('do so again for another content, and not for another place of the same', async () => {
    await put(at('inbox', 'a/one.mp4'), mp4);
    await scanInbox();
    await applyMediaRules(core.parts);
    await rm(at('inbox', 'a/one.mp4'));
    await put(at('inbox', 'a/two.mp4'), mp4);
    await scanInbox();
    await applyMediaRules(core.parts);
    expect(await made()).toEqual([isThumbnail('a/two.mp4')]);
    await put(at('inbox', 'a/two.mp4'), mkv);
    await scanInbox();
    await applyMediaRules(core.parts);
    expect((await made()).map(({ type }) => type)).toContain('reencode_streaming');
  });

  it('let an inbox be emptied, which no other folder of many videos may be at once', async () => {
    for (let number = 1; number <= 12; number += 1) await put(at('inbox', `a/${number}.mp4`), mp4);
    await scanInbox();
    await rm(at('inbox', 'a'), { recursive: true });
    await scanInbox();
    const { rows } = await core.parts.db.query('select from videos where missing_since is null');
    expect(rows).toEqual([]);
  });

  it('let alone what was new while they were off', async () => {
    for (const rule of [thumbnails, playback])
      await saveMediaRule(core.parts.db, { ...rule, enabled: false });
    await put(at('inbox', 'a/one.mp4'), mp4);
    await scanInbox();
    await applyMediaRules(core.parts);
    await saveMediaRule(core.parts.db, thumbnails);
    await applyMediaRules(core.parts);
    expect(await made()).toEqual([]);
  });

  it('scan the library that a request has filed into, and count what it finds', async () => {
    const { db } = core.parts;
    await saveLibrary(db, LIBRARY);
    await put(at('library', 'Movies/Film/film.mkv'), mkv);
    const wish = {
      type: 'demo_steps',
      params: { count: 1, everyMs: 0 },
      createdBy: 'test',
      parentId: undefined,
    };
    const jobId = (await insertNewJob(db, core.parts, wish)).job.id;
    await planImport(db, { jobId, requestId: null, target: 'library:Movies/Film', manifest: {} });
    const file = { sizeBytes: 1, sha256: null, mode: 'copy', durationSeconds: 1 };
    const names = ['film.mkv', 'film.en.srt'];
    const files = names.map((name) => ({ ...file, path: `library:Movies/Film/${name}` }));
    await commitImport(db, { jobId, files });
    await applyMediaRules(core.parts);
    await applyMediaRules(core.parts);
    const { rows: scans } = await db.query<{ id: string; params: unknown }>(
      `select id, params from jobs where type = 'scan'`,
    );
    expect(scans).toMatchObject([{ params: { directoryType: 'Movies', quietSeconds: 0 } }]);
    await core.until(scans[0]?.id ?? '', isOver);
    await applyMediaRules(core.parts);
    expect(await made()).toEqual([isPlayback('Movies/Film/film.mkv')]);
  });

  it('note why no job can be made, and go on with the others', async () => {
    await saveMediaRule(core.parts.db, { ...playback, params: { colour: 'red' }, videos: 'valid' });
    await put(at('inbox', 'a/one.mp4'), mp4);
    await scanInbox();
    await applyMediaRules(core.parts);
    expect(await made()).toEqual([isThumbnail('a/one.mp4')]);
    const { rows } = await core.parts.db.query(
      'select job_id, refused from media_rule_runs where refused is not null',
    );
    expect(rows).toEqual([{ job_id: null, refused: expect.stringContaining('colour') }]);
  });

  it('begin with no further video while 200 of their jobs are open', async () => {
    await put(at('inbox', 'a/one.mp4'), mp4);
    await put(at('inbox', 'a/two.mp4'), mp4);
    await scanInbox();
    await core.parts.db.query(
      `insert into jobs (id, type, title, params, policy, created_by)
       select 'many-' || n, 'thumbnail_generate', 'many', '{}', '{}', 'rule thumbs' from generate_series(1, 200) n`,
    );
    await applyMediaRules(core.parts);
    expect(await made()).toEqual([]);
    await core.parts.db.query(`delete from jobs where id = 'many-1'`);
    await applyMediaRules(core.parts);
    expect(await made()).toHaveLength(1);
  });
});
