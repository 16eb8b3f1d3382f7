import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { QUARANTINE_RULES, type QuarantineRules } from '../../src/domain/media/card-health.js';
import { createJob } from '../../src/jobs/create.js';
import type { JobView } from '../../src/jobs/view.js';
import { makeWish } from '../../src/jobs/wish.js';
import { FfmpegFault } from '../../src/media/ffmpeg/ffmpeg-fault.js';
import type { FfmpegInput, RunFfmpeg } from '../../src/media/ffmpeg/run.js';
import { createHardware } from '../../src/media/hardware/hardware.js';
import { createMediaTools, type MediaTools } from '../../src/media/tools.js';
import { listLeases } from '../../src/store/leases.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { makeFakeCard, type CardMood, type FakeCard } from '../support/fake-card.js';
import { makeVideo } from '../support/video-fixtures.js';

const DIRECTORY = 'for-cards';
const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
const CARD = { vramMb: 4_000, encoderSessions: 1, aiSlots: 0, cpuTokens: 1 };
let folder: string;
let card: FakeCard;
let core: TestCore;
let library: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-ways-'));
  card = await makeFakeCard(folder);
  core = await startTestCore({
    queues: { workflows: 10, io: 10, cpu: 5, 'gpu-encode': 2, admin: 4 },
    capacity: { ...CARD, vramMb: 16_000, cpuTokens: 2 },
    parts: { media: tools() },
  });
  library = path.join(core.parts.roots.folderOf('library'), DIRECTORY);
  await mkdir(library);
  await makeVideo(library, 'film.mkv', { options: H264 });
  await makeVideo(library, 'old.avi', { options: MPEG4 });
  await makeVideo(library, 'long.mkv', { size: '640x360', rate: '25', seconds: 64, options: MPEG4 });
  await makeVideo(library, 'decoded.mkv', { size: '640x360', rate: '25', seconds: 64, options: H264 });
  for (const name of await readdir(library))
    await utimes(path.join(library, name), 1_600_000_000, 1_600_000_000);
  await core.until(await begin('scan', { directoryType: DIRECTORY }), isEnded);
  await useHardware(FORGIVING);
}, 120_000);

afterAll(async () => {
  await core.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Faults are forgotten at once, but where the test is about them. */
const FORGIVING = { ...QUARANTINE_RULES, withinMs: 0 };

beforeEach(() => card.becomes('works'));

async function useHardware(rules: QuarantineRules): Promise<void> {
  const given = { ffmpegPath: card.ffmpegPath, gpuDevice: '0', nodesFolder: '/nowhere', rules };
  Object.assign(core.parts.hardware, createHardware({ tools: core.parts.media, ...given }));
  await core.parts.hardware.capabilities();
}

function tools(): MediaTools {
  const programFolder = path.join(folder, 'bin');
  const paths = { ffmpegPath: card.ffmpegPath, ffprobePath: 'ffprobe', programFolder };
  return createMediaTools({ ...paths, budgets: { startMs: 8_000 } });
}

const isEnded = ({ endedAt }: JobView): boolean => endedAt !== null;

async function begin(type: string, params: object, own: object = {}): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test', ...own })).job.id;
}

async function encode(name: string, wished: object = {}, own: object = {}): Promise<string> {
  const sql = `select id from videos where root = 'library' and path = $1`;
  const { rows } = await core.parts.db.query<{ id: string }>(sql, [`${DIRECTORY}/${name}`]);
  const params = {
    videoId: rows[0]?.id ?? `no row of ${name}`,
    maxHeight: 144,
    preset: 'ultrafast',
    force: true,
  };
  return begin('reencode_streaming', { ...params, ...wished }, own);
}

const encoded = async (id: string): Promise<JobView> => core.until(id, isEnded, 120_000);

/** What is held for it while FFmpeg writes its picture, run after run. */
function watchLeases(): { held: object[]; stop: () => void } {
  const { media } = core.parts;
  const { run } = media;
  const held: object[] = [];
  media.run = async (given) => {
    const [lease] = await listLeases(core.parts.db);
    if (given.options.some((option) => option.startsWith('h264_') || option === 'libx264'))
      held.push(lease?.needs ?? {});
    return run(given);
  };
  return { held, stop: () => void (media.run = run) };
}

describe('an encode on a host with a card', () => {
  it('is decoded and encoded by it, with its memory and a session of its own', async () => {
    const leases = watchLeases();
    const view = await encoded(await encode('film.mkv'));
    leases.stop();
    expect(view).toMatchObject({
      status: 'completed',
      result: { encoding: { encoder: 'nvenc', device: '0', decode: 'hardware', failed: [] } },
    });
    expect(leases.held).toEqual([CARD]);
  }, 120_000);

  it('is decoded in software where the card does not decode it', async () => {
    expect(await encoded(await encode('old.avi'))).toMatchObject({
      result: { encoding: { encoder: 'nvenc', decode: 'software', failed: [] } },
    });
  }, 120_000);

  it.each([
    ['gives up', 'EncodePicture failed'],
    ['crashes', 'SIGSEGV'],
    ['hangs', 'FFmpeg hung'],
  ] as [CardMood, string][])(
    'goes on in software, after both ways of a card that %s, and gives it back (no. 28, 29)',
    async (mood, reason) => {
      await card.becomes(mood);
      const leases = watchLeases();
      const view = await encoded(await encode('film.mkv'));
      leases.stop();
      expect(view).toMatchObject({
        status: 'completed',
        tries: 0,
        result: { encoding: { encoder: 'software' } },
      });
      const { failed } = (view.result as { encoding: { failed: { way: string; reason: string }[] } })
        .encoding;
      expect(failed.map(({ way }) => way)).toEqual([
        'NVENC (card 0), decoded by it',
        'NVENC (card 0), decoded in software',
      ]);
      for (const each of failed) expect(each.reason).toContain(reason);
      await eventually(async () => (await listLeases(core.parts.db)).length === 0);
      expect(leases.held.at(0)).toEqual(CARD);
      expect(leases.held).toHaveLength(3);
    },
    120_000,
  );

  it('is tried with less memory where the card is full, then without the card (no. 23)', async () => {
    await card.becomes('memory');
    const view = await encoded(await encode('film.mkv'));
    const { failed } = (view.result as { encoding: { failed: { way: string }[] } }).encoding;
    expect(failed.map(({ way }) => way)).toEqual([
      'NVENC (card 0), decoded by it',
      'NVENC (card 0), decoded by it, with less of its memory',
      'NVENC (card 0), decoded in software, with less of its memory',
    ]);
    expect((await core.parts.hardware.capabilities()).quarantine).toBeNull();
  }, 120_000);

  it('waits while all sessions are taken, which is no try and no step down (no. 22, A9)', async () => {
    await card.becomes('sessions');
    const id = await encode('film.mkv');
    const waiting = await core.until(id, ({ waitingReason }) => waitingReason === 'encoder_sessions', 60_000);
    expect(waiting).toMatchObject({ status: 'queued', tries: 0 });
    await card.becomes('works');
    expect(await core.until(id, isEnded, 120_000)).toMatchObject({
      ...{ status: 'completed', tries: 0 },
      result: { encoding: { encoder: 'nvenc', failed: [] } },
    });
  }, 180_000);

  it('asks nothing of a card where software was wished for, or the work was moved to the CPU (D8)', async () => {
    await card.becomes('gives up');
    for (const [wished, own] of [
      [{ encoder: 'software' }, {}],
      [{}, { resourceCategory: 'cpu' }],
    ]) {
      const leases = watchLeases();
      const view = await encoded(await encode('film.mkv', wished, own));
      leases.stop();
      expect(view).toMatchObject({ result: { encoding: { encoder: 'software', failed: [] } } });
      expect(leases.held).toEqual([{ ...CARD, vramMb: 0, encoderSessions: 0 }]);
    }
  }, 120_000);

  it('makes the same file whoever makes it: it is not made twice (A5)', async () => {
    await encoded(await encode('film.mkv', { encoder: 'software', crf: 30 }));
    const again = await encoded(await encode('film.mkv', { encoder: 'nvenc', crf: 30, force: false }));
    expect(again.result).toMatchObject({ remembered: true, encoding: { encoder: 'software' } });
  }, 120_000);
});

describe('an encode in segments', () => {
  const kept = async (id: string): Promise<number> => {
    const at = path.join(core.parts.roots.folderOf('scratch'), 'reencode', id, 'segments');
    return (await readdir(at).catch(() => [])).filter((name) => name.endsWith('.ts')).length;
  };
  const wish = (jobId: string, kind: 'pause' | 'resume'): Promise<unknown> =>
    makeWish(core.parts, { jobId, kind, madeBy: 'test' });

  /** Read at six times its speed: there is time to do something in its middle. */
  function runSlowly(then: (run: RunFfmpeg) => RunFfmpeg = (run) => run): void {
    const { media } = core.parts;
    const next = then(real);
    media.run = async (given) =>
      given.options.includes('segment')
        ? next({ ...given, inputs: given.inputs.map((input) => slowed(input)) })
        : real(given);
  }
  let real: RunFfmpeg;

  beforeAll(() => {
    real = core.parts.media.run;
  });

  afterEach(() => {
    core.parts.media.run = real;
  });

  it('begins anew in software where the card that began it is gone, and every picture is there', async () => {
    runSlowly();
    const id = await encode('long.mkv', { maxHeight: 1_080 });
    await eventually(async () => (await kept(id)) >= 2, { withinMs: 60_000 });
    await wish(id, 'pause');
    await core.until(id, ({ status }) => status === 'paused');
    await card.becomes('absent');
    await wish(id, 'resume');
    const view = await encoded(id);
    expect(view).toMatchObject({ status: 'completed', result: { encoding: { encoder: 'software' } } });
    expect(await picturesOf('long.mp4')).toBe(1_600);
    expect(await logged(id, '%does not join%')).toHaveLength(1);
  }, 240_000);

  it('goes on from what it has where only the decoder of the card fails', async () => {
    runSlowly((run) => async (given) => {
      if (!given.inputs.some((input) => 'path' in input && input.options?.includes('-hwaccel') === true))
        return run(given);
      const gaveUp = new FfmpegFault('device', 'transient', "The host's card gave up: no surface");
      const failing = new AbortController();
      const going = run({ ...given, signal: AbortSignal.any([given.signal, failing.signal]) });
      void eventually(async () => (await keptOfAny()) >= 2, { withinMs: 60_000 }).then(() => {
        failing.abort(gaveUp);
      });
      return going;
    });
    const view = await encoded(await encode('decoded.mkv'));
    expect(view.result).toMatchObject({ encoding: { encoder: 'nvenc', decode: 'software', failed: [{}] } });
    expect(await logged(view.id, 'goes on after%')).toHaveLength(1);
    expect(await picturesOf('decoded.mp4')).toBe(1_600);
  }, 240_000);

  async function keptOfAny(): Promise<number> {
    const jobs = await readdir(path.join(core.parts.roots.folderOf('scratch'), 'reencode'));
    return Math.max(0, ...(await Promise.all(jobs.map(kept))));
  }
});

describe('a card that fails again and again', () => {
  it('is left alone after the third time', async () => {
    await useHardware(QUARANTINE_RULES);
    await card.becomes('gives up');
    await encoded(await encode('film.mkv'));
    await encoded(await encode('film.mkv'));
    expect((await core.parts.hardware.capabilities()).quarantine?.reason).toContain('EncodePicture failed');
    expect(await encoded(await encode('film.mkv'))).toMatchObject({
      result: { encoding: { encoder: 'software', failed: [] } },
    });
  }, 180_000);
});

function slowed(input: FfmpegInput): FfmpegInput {
  return 'lavfi' in input ? input : { ...input, options: [...(input.options ?? []), '-readrate', '6'] };
}

async function logged(jobId: string, words: string): Promise<object[]> {
  const sql = `select message from job_logs where job_id = $1 and message like $2`;
  return (await core.parts.db.query<{ message: string }>(sql, [jobId, words])).rows;
}

async function picturesOf(name: string): Promise<number | null | undefined> {
  const { media, roots } = core.parts;
  const file = path.join(roots.folderOf('playback'), name);
  return (await media.describe(file, AbortSignal.timeout(10_000))).video?.frames;
}
