import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { judgeFields } from '../../src/domain/media/fields.js';
import { countFieldsOf } from '../../src/media/source/count-fields.js';
import { retryJob } from '../../src/jobs/retry.js';
import type { JobView } from '../../src/jobs/view.js';
import { makeWish } from '../../src/jobs/wish.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { canMount, createDisks } from '../support/disks.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { cutShort, makeVideo } from '../support/video-fixtures.js';

const DIRECTORY = 'to-play';
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'] as const;
let core: TestCore;
let library: string;
let playback: string;

beforeAll(async () => {
  core = await startTestCore({
    queues: { workflows: 10, io: 10, cpu: 5, 'gpu-encode': 2, admin: 4 },
    capacity: { vramMb: 0, encoderSessions: 0, aiSlots: 0, cpuTokens: 2 },
  });
  library = path.join(core.parts.roots.folderOf('library'), DIRECTORY);
  playback = core.parts.roots.folderOf('playback');
  await mkdir(library);
});

afterAll(() => core.stop());

async function begin(type: string, params: object, own: object = {}): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test', ...own })).job.id;
}

const wish = (jobId: string, kind: 'pause' | 'resume' | 'cancel'): Promise<unknown> =>
  makeWish(core.parts, { jobId, kind, madeBy: 'test' });

const isEnded = ({ endedAt }: JobView): boolean => endedAt !== null;

/** Its id, once a scan has found it. */
async function videoId(name: string): Promise<string> {
  await utimes(path.join(library, name), 1_600_000_000, 1_600_000_000);
  await core.until(await begin('scan', { directoryType: DIRECTORY }), isEnded);
  const sql = `select id from videos where root = 'library' and path = $1`;
  const { rows } = await core.parts.db.query<{ id: string }>(sql, [`${DIRECTORY}/${name}`]);
  return rows[0]?.id ?? `no row of ${name}`;
}

async function encode(name: string, wished: object = {}, own: object = {}): Promise<string> {
  const params = { videoId: await videoId(name), preset: 'ultrafast', ...wished };
  return begin('reencode_streaming', params, own);
}

/** What no job that has ended leaves behind. */
async function leftovers(jobId: string): Promise<string[]> {
  const scratch = await readdir(path.join(core.parts.roots.folderOf('scratch'), 'reencode')).catch(() => []);
  const staged = (await readdir(playback)).filter((name) => name.startsWith('.'));
  const running = await findProcesses(jobId);
  return [...scratch, ...staged, ...running.map(({ pid }) => `process ${pid}`)];
}

describe('a video that is re-encoded for streaming', () => {
  it('is copied where only its container is in the way, gets a row of its own, and is not made twice (no. 10, A5)', async () => {
    await makeVideo(library, 'copied.mkv', { options: X264 });
    const first = await core.until(await encode('copied.mkv'), isEnded);
    expect(first).toMatchObject({
      ...{ status: 'completed', progress: 1 },
      result: { outcome: 'done', action: 'remux', path: 'playback:copied.mp4', remembered: false },
    });
    const made = path.join(playback, 'copied.mp4');
    const { ino } = await stat(made);
    const { rows } = await core.parts.db.query(
      `select m.playable, m.made_by as "madeBy", o.reencode_job_id as job from videos m join videos o on o.id = m.derived_from where m.root = 'playback'
       and m.path = 'copied.mp4'`,
    );
    expect(rows).toEqual([{ playable: true, madeBy: first.id, job: first.id }]);
    const second = await core.until(await encode('copied.mkv'), isEnded);
    expect(second.result).toMatchObject({ outcome: 'done', remembered: true, path: 'playback:copied.mp4' });
    expect((await stat(made)).ino).toBe(ino);
    const forced = await core.until(await encode('copied.mkv', { force: true }), isEnded);
    expect(forced.result).toMatchObject({ outcome: 'done', remembered: false, path: 'playback:copied.mp4' });
    expect((await stat(made)).ino).not.toBe(ino);
    expect(await leftovers(first.id)).toEqual([]);
  });

  it('is left alone where browsers play it as it is', async () => {
    await makeVideo(library, 'good.mp4', { options: [...X264, '-movflags', '+faststart'] });
    const view = await core.until(await encode('good.mp4'), isEnded);
    expect(view).toMatchObject({
      status: 'completed',
      result: { outcome: 'nothing', path: `library:${DIRECTORY}/good.mp4`, reasons: [] },
    });
    expect(await readdir(playback)).not.toContain('good.mp4');
  });

  it('is deinterlaced where its pictures are, although its header calls them progressive', async () => {
    const made = { filter: 'interlace,setfield=prog', rate: '50', seconds: 4 };
    await makeVideo(library, 'combed.mp4', { ...made, options: [...X264, '-movflags', '+faststart'] });
    const view = await core.until(await encode('combed.mp4', { crf: 16 }), isEnded);
    expect(view).toMatchObject({
      status: 'completed',
      result: { outcome: 'done', action: 'video', reasons: ['its lines are interlaced'] },
    });
    const looking = { hostPath: path.join(playback, 'combed.mp4'), index: 0, seconds: 4 };
    const shown = await countFieldsOf(core.parts.media, { ...looking, signal: AbortSignal.timeout(30_000) });
    expect(judgeFields(shown)).not.toBe('interlaced');
  });

  it('stays as it is where the encode would be larger (no. 9)', async () => {
    await makeVideo(library, 'small.mp4', { options: [...X264, '-crf', '51', '-movflags', '+faststart'] });
    const view = await core.until(await encode('small.mp4', { maxHeight: 144, crf: 16 }), isEnded);
    expect(view).toMatchObject({ status: 'completed', result: { outcome: 'kept_original' } });
    expect(await readdir(playback)).not.toContain('small.mp4');
    expect(await leftovers(view.id)).toEqual([]);
  });

  it('never becomes an output where it was cut short (A1)', async () => {
    for (const name of ['whole.mkv', 'whole.mp4']) {
      const options = [...X264, '-movflags', '+faststart'];
      const short = await cutShort(await makeVideo(library, name, { seconds: 20, options }), 0.6);
      const view = await core.until(await encode(path.basename(short)), isEnded);
      expect(view).toMatchObject({ status: 'failed', error: { kind: 'bad_input' } });
      expect(view.error?.message).toMatch(/The source ends at \d+\.\d of 20\.\d s/);
    }
    expect((await readdir(playback)).filter((name) => name.startsWith('short'))).toEqual([]);
  });

  it('is not replaced by a file that FFmpeg has cut short with a good exit (no. 5, 6)', async () => {
    const original = await makeVideo(library, 'believed.mkv', { seconds: 6, options: X264 });
    await core.until(await encode('believed.mkv'), isEnded);
    const made = path.join(playback, 'believed.mp4');
    const [before, ours] = [await stat(original), await stat(made)];
    const { media } = core.parts;
    const { run } = media;
    media.run = (given) => run({ ...given, options: ['-t', '3', ...given.options] });
    try {
      const id = await encode('believed.mkv', { force: true }, { maxRetries: 0 });
      const view = await core.until(id, isEnded);
      expect(view).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
      expect(view.error?.message).toMatch(/3\.\d+ s/);
      expect(await leftovers(id)).toEqual([]);
    } finally {
      media.run = run;
    }
    expect(await stat(made)).toMatchObject({ ino: ours.ino, size: ours.size });
    expect(await stat(original)).toMatchObject({
      ino: before.ino,
      size: before.size,
      mtimeMs: before.mtimeMs,
    });
  });

  it('goes where it was asked to, never over something else', async () => {
    await makeVideo(library, 'placed.mkv', { options: X264 });
    await mkdir(path.join(playback, 'films'), { recursive: true });
    await writeFile(path.join(playback, 'films', 'mine.mp4'), 'of somebody else');
    const there = await core.until(
      await encode('placed.mkv', { outputPath: 'playback/films/mine.mp4' }),
      isEnded,
    );
    expect(there).toMatchObject({ status: 'failed', error: { kind: 'bad_input' } });
    expect(await readFile(path.join(playback, 'films', 'mine.mp4'), 'utf8')).toBe('of somebody else');
    for (const outputPath of ['../out.mp4', '/etc/out.mp4', '.hidden/a.mp4', 'a.mkv']) {
      const bad = await core.until(await encode('placed.mkv', { outputPath }), isEnded);
      expect(bad).toMatchObject({ status: 'failed', error: { kind: 'bad_input' } });
    }
    const asked = await core.until(await encode('placed.mkv', { outputPath: 'new/place.mp4' }), isEnded);
    expect(asked.result).toMatchObject({ path: 'playback:new/place.mp4' });
  });

  it('leaves alone what somebody puts in its place meanwhile (D7)', async () => {
    await makeVideo(library, 'raced.mkv', { options: X264 });
    const { media } = core.parts;
    const { run } = media;
    const theirs = path.join(playback, 'raced.mp4');
    media.run = async (given) => {
      if (given.output.includes('.partial-')) await writeFile(theirs, 'of somebody else');
      return run(given);
    };
    try {
      const view = await core.until(await encode('raced.mkv'), isEnded);
      expect(view).toMatchObject({
        status: 'failed',
        error: { kind: 'bad_input', message: 'Something else stands at playback:raced.mp4' },
      });
      expect(await readFile(theirs, 'utf8')).toBe('of somebody else');
      expect(await leftovers(view.id)).toEqual([]);
    } finally {
      media.run = run;
    }
  });

  it('is refused in words where there is no such video', async () => {
    const id = await begin('reencode_streaming', { videoId: '00000000-0000-4000-8000-000000000000' });
    const view = await core.until(id, isEnded);
    expect(view).toMatchObject({ status: 'failed', error: { kind: 'bad_input' } });
    expect(view.error?.message).toContain('there is none with the id 00000000');
  });
});

(canMount ? describe : describe.skip)('a disk that is full (no. 7, A3)', () => {
  const disks = createDisks();

  beforeAll(async () => {
    await makeVideo(library, 'large.mkv', { size: '640x360', seconds: 20, options: [...X264, '-crf', '5'] });
  });

  afterEach(() => {
    disks.unmountAll();
  });

  it('is waited for before anything is begun, and the job goes on by itself', async () => {
    await disks.mountTmpfs(playback, '2m');
    const id = await encode('large.mkv');
    const waiting = await core.until(id, ({ waitingReason }) => waitingReason === 'disk_full');
    expect(waiting).toMatchObject({ status: 'queued', tries: 0 });
    expect(waiting.sentence).toMatch(/of room on the disk of playback/);
    expect(await leftovers(id)).toEqual([]);
    disks.remount(playback, 'size=200m');
    expect(await core.until(id, isEnded, 60_000)).toMatchObject({
      status: 'completed',
      result: { outcome: 'done', path: 'playback:large.mp4' },
    });
    const { rows } = await core.parts.db.query('select * from space_reservations');
    expect(rows).toEqual([]);
  });

  it('is waited for where others fill it meanwhile, with nothing left on it', async () => {
    await disks.mountTmpfs(playback, '200m');
    const { media } = core.parts;
    const { run } = media;
    media.run = async (given) => {
      media.run = run;
      await writeFile(path.join(playback, 'theirs'), Buffer.alloc(199 * 1_024 * 1_024));
      return run(given);
    };
    const id = await encode('large.mkv', { force: true });
    await core.until(id, ({ waitingReason }) => waitingReason === 'disk_full');
    expect(await leftovers(id)).toEqual([]);
    await rm(path.join(playback, 'theirs'));
    expect(await core.until(id, isEnded, 60_000)).toMatchObject({ status: 'completed' });
  });
});

describe('a long encode', () => {
  const slow = { preset: 'slow', crf: 20 };

  beforeAll(async () => {
    const options = ['-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac'];
    await makeVideo(library, 'long.mkv', { size: '640x360', rate: '25', seconds: 64, options });
  }, 120_000);

  async function segments(jobId: string): Promise<string[]> {
    const folder = path.join(core.parts.roots.folderOf('scratch'), 'reencode', jobId, 'segments');
    return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ts'));
  }

  async function inItsMiddle(jobId: string): Promise<void> {
    await eventually(async () => (await segments(jobId)).length >= 2, { withinMs: 60_000 });
  }

  it('is paused, keeps what is finished, and goes on from there', async () => {
    const id = await encode('long.mkv', { ...slow, outputPath: 'paused.mp4' });
    await inItsMiddle(id);
    await wish(id, 'pause');
    await core.until(id, ({ status }) => status === 'paused');
    const kept = await segments(id);
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(await findProcesses(id)).toEqual([]);
    const { progress } = await core.view(id);
    await wish(id, 'resume');
    const view = await core.until(id, isEnded, 180_000);
    expect(view).toMatchObject({ status: 'completed', result: { outcome: 'done', action: 'video' } });
    expect(view.progress).toBeGreaterThan(progress);
    const { rows } = await core.parts.db.query<{ message: string }>(
      `select message from job_logs where job_id = $1 and message like 'goes on after%'`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.message).toMatch(new RegExp(`^goes on after ${kept.length} segments`));
    const { video } = await core.parts.media.describe(
      path.join(playback, 'paused.mp4'),
      AbortSignal.timeout(10_000),
    );
    expect(video).toMatchObject({ frames: 1_600, codec: 'h264' });
    expect(await leftovers(id)).toEqual([]);
  }, 300_000);

  it("leaves no file and no process when it is cancelled, and takes away nobody else's (no. 31, A2)", async () => {
    const id = await encode('long.mkv', { ...slow, outputPath: 'cancelled.mp4' });
    await inItsMiddle(id);
    await writeFile(path.join(playback, 'cancelled.mp4'), 'of somebody else');
    await wish(id, 'cancel');
    await core.until(id, ({ status }) => status === 'cancelled');
    expect(await leftovers(id)).toEqual([]);
    expect(await readFile(path.join(playback, 'cancelled.mp4'), 'utf8')).toBe('of somebody else');
  }, 120_000);

  it('is made in one piece where its segments do not hold what they have to (no. 37)', async () => {
    const { media } = core.parts;
    const { run } = media;
    media.run = (given) => {
      const options = [...given.options];
      const at = options.indexOf('-segment_time');
      if (at >= 0) options[at + 1] = '2';
      return run({ ...given, options });
    };
    try {
      const view = await core.until(
        await encode('long.mkv', { outputPath: 'mismatch.mp4' }),
        isEnded,
        180_000,
      );
      expect(view).toMatchObject({ status: 'completed', tries: 0, result: { outcome: 'done' } });
      const file = path.join(playback, 'mismatch.mp4');
      const { video } = await media.describe(file, AbortSignal.timeout(10_000));
      expect(video).toMatchObject({ frames: 1_600 });
      expect(await leftovers(view.id)).toEqual([]);
    } finally {
      media.run = run;
    }
  }, 240_000);

  it('keeps its segments over a failure, and a retry goes on from them', async () => {
    const id = await encode('long.mkv', { ...slow, outputPath: 'retried.mp4' });
    await inItsMiddle(id);
    await rename(path.join(library, 'long.mkv'), path.join(library, 'away.mkv'));
    try {
      await wish(id, 'pause');
      await core.until(id, ({ status }) => status === 'paused');
      await wish(id, 'resume');
      expect(await core.until(id, isEnded)).toMatchObject({ status: 'failed', error: { kind: 'gone' } });
    } finally {
      await rename(path.join(library, 'away.mkv'), path.join(library, 'long.mkv'));
    }
    const kept = (await segments(id)).length;
    expect(kept).toBeGreaterThanOrEqual(2);
    await retryJob(core.parts, { jobId: id });
    const view = await core.until(id, isEnded, 180_000);
    expect(view).toMatchObject({ status: 'completed', result: { outcome: 'done' } });
    expect(await leftovers(id)).toEqual([]);
    await rm(path.join(playback, 'retried.mp4'));
  }, 300_000);
});
