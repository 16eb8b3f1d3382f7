import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { Fault } from '../../../src/domain/faults.js';
import type { FfmpegPosition } from '../../../src/media/ffmpeg/progress.js';
import { writeFfmpegProgram } from '../../../src/media/ffmpeg/program.js';
import { createRunFfmpeg, type RunFfmpeg } from '../../../src/media/ffmpeg/run.js';
import { createProbe } from '../../../src/media/probe.js';
import { compileSource } from '../../support/compiled-source.js';
import { eventually } from '../../support/eventually.js';
import { findProcesses } from '../../support/processes.js';

const probe = createProbe({ ffprobePath: 'ffprobe' });
let folder: string;
let run: RunFfmpeg;
let signal: AbortSignal;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay ffmpeg-'));
  run = createRunFfmpeg(writeFfmpegProgram({ ffmpegPath: 'ffmpeg', folder: path.join(folder, 'bin') }));
});

beforeEach(() => {
  signal = AbortSignal.timeout(60_000);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Reads at real-time speed, so it runs until it is stopped. */
function endless(output: string): { inputs: { lavfi: string }[]; output: string; options: string[] } {
  return {
    inputs: [{ lavfi: 'sine=duration=600,arealtime' }],
    output,
    options: ['-c:a', 'aac', '-f', 'mp4'],
  };
}

describe('runFfmpeg', () => {
  it('makes a file, keeps options with one space whole, and tells its position', async () => {
    const output = path.join(folder, "it's 100% a; $(test).m4a");
    const positions: number[] = [];
    await run({
      inputs: [{ lavfi: 'sine=duration=3' }],
      output,
      options: ['-metadata', 'title=Two words', '-c:a', 'aac'],
      signal,
      onProgress: ({ seconds }) => positions.push(seconds),
    });
    const { tags, durationSeconds } = await probe(output, signal);
    expect(tags['title']).toBe('Two words');
    expect(durationSeconds).toBeCloseTo(3, 0);
    expect(positions.at(-1)).toBeCloseTo(3, 0);
  });

  it('asks nobody before it writes over its own temp file (no. 4, 43)', async () => {
    const output = path.join(folder, 'there before.m4a');
    await writeFile(output, 'of an attempt that was killed');
    await run({ inputs: [{ lavfi: 'sine=duration=1' }], output, options: ['-c:a', 'aac'], signal });
    expect((await probe(output, signal)).durationSeconds).toBeCloseTo(1, 0);
  });

  it('throws the reason of an abort only after FFmpeg is gone', async () => {
    const stop = new AbortController();
    const output = path.join(folder, 'aborted.mp4');
    const reason = new Error('paused by a person');
    const running = run({
      ...endless(output),
      signal: stop.signal,
      onProgress: () => {
        stop.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(await findProcesses(output)).toEqual([]);
  });

  it('heeds an abort that comes before FFmpeg has started (no. 49)', async () => {
    const stop = new AbortController();
    const output = path.join(folder, 'early.mp4');
    const running = run({ ...endless(output), signal: stop.signal });
    stop.abort(new Error('at once'));
    await expect(running).rejects.toThrow('at once');
    expect(await findProcesses(output)).toEqual([]);
  });

  it('starts nothing for a signal that is aborted already', async () => {
    const output = path.join(folder, 'never.mp4');
    const running = run({ ...endless(output), signal: AbortSignal.abort(new Error('too late')) });
    await expect(running).rejects.toThrow('too late');
    await expect(stat(output)).rejects.toThrow('ENOENT');
  });

  it('runs FFmpeg at nice 10', async () => {
    const stop = new AbortController();
    const output = path.join(folder, 'nice.mp4');
    const seen: number[] = [];
    const running = run({
      ...endless(output),
      signal: stop.signal,
      onProgress: () => {
        void findProcesses(output).then((found) => {
          seen.push(...found.map(({ nice }) => nice));
          stop.abort(new Error('seen'));
        });
      },
    });
    await expect(running).rejects.toThrow('seen');
    // The wrapper, FFmpeg itself, and nothing else.
    expect(new Set(seen)).toEqual(new Set([0, 10]));
  });

  it('calls a broken input bad input, with what FFmpeg said', async () => {
    const input = path.join(folder, 'broken.m4b');
    await writeFile(input, 'this is no audiobook');
    const running = run({
      inputs: [{ path: input }],
      output: path.join(folder, 'x.mp3'),
      options: [],
      signal,
    });
    await expect(running).rejects.toMatchObject({ kind: 'bad_input' });
    await expect(running).rejects.toThrow('Invalid data found');
  });

  it('opens nothing but files, whatever a playlist in disguise names', async () => {
    const input = path.join(folder, 'book.m3u8');
    await writeFile(input, '#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/segment.ts\n#EXT-X-ENDLIST\n');
    const running = run({
      inputs: [{ path: input }],
      output: path.join(folder, 'y.mp3'),
      options: [],
      signal,
    });
    await expect(running).rejects.toThrow(/not on whitelist|Invalid data/);
  });

  it('waits for a person when FFmpeg is not installed', async () => {
    const program = writeFfmpegProgram({ ffmpegPath: '/nowhere/ffmpeg', folder: path.join(folder, 'none') });
    const running = createRunFfmpeg(program)({ ...endless(path.join(folder, 'z.mp4')), signal });
    await expect(running).rejects.toBeInstanceOf(Fault);
    await expect(running).rejects.toMatchObject({ kind: 'environment', waitingReason: 'human_task' });
  });

  it('waits for a person when its own wrapper has been deleted', async () => {
    const running = createRunFfmpeg(path.join(folder, 'deleted'))({ ...endless('/nowhere'), signal });
    await expect(running).rejects.toMatchObject({ kind: 'environment', waitingReason: 'human_task' });
  });

  it('leaves no FFmpeg behind when its owner is killed (no. 30, A4)', async () => {
    const output = path.join(folder, 'orphan.mp4');
    const source = await compileSource(['domain', 'lifeline.ts', 'media']);
    try {
      const owner = spawn(process.execPath, [await source.writeEntry(ownerText(output))], {
        stdio: 'ignore',
      });
      await eventually(async () => (await findProcesses(output)).some(({ nice }) => nice === 10));
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      await eventually(async () => (await findProcesses(output)).length === 0);
    } finally {
      await source.remove();
    }
  });
});

/** A program that stands in for FFmpeg, with budgets that a test can wait for. */
async function fake(name: string, script: string): Promise<RunFfmpeg> {
  const ffmpegPath = path.join(folder, name);
  await writeFile(ffmpegPath, `#!/bin/sh\n${script}\n`);
  await chmod(ffmpegPath, 0o755);
  const budgets = { startMs: 400, workMs: 800, finaliseMs: 1_200, finaliseMsPer100MB: 0 };
  return createRunFfmpeg(
    writeFfmpegProgram({ ffmpegPath, folder: path.join(folder, `of-${name}`) }),
    budgets,
  );
}

const BLOCK = (frame: number, more = 'continue'): string =>
  `printf 'frame=${frame}\\nout_time_us=${frame * 40_000}\\nprogress=${more}\\n' >&2`;

describe('an FFmpeg that hangs (no. 1, 2, 29; A8)', () => {
  const output = (): string => path.join(folder, 'hung.mp4');
  const begun = (): Parameters<RunFfmpeg>[0] => ({
    inputs: [{ path: '/some/film.mkv' }],
    output: output(),
    options: [],
    signal,
  });

  it.each([
    ['that never begins', 'sleep 600', 'while it began'],
    ['in its middle', `${BLOCK(1)}; sleep 600`, 'while it worked'],
    ['at its end', `${BLOCK(100)}; sleep 600`, 'while it wrote the end'],
    ['after it has said that it is done', `${BLOCK(2, 'end')}; sleep 600`, 'while it wrote the end'],
    ['and tells the same for ever', `while :; do ${BLOCK(3)}; sleep 0.1; done`, 'while it worked'],
  ])('is ended: %s', async (name, script, words) => {
    const run = await fake(name.replaceAll(' ', '-'), script);
    const running = run({ ...begun(), expectedSeconds: 4 });
    await expect(running).rejects.toMatchObject({ kind: 'transient', trouble: 'silent' });
    await expect(running).rejects.toThrow(words);
    expect(await findProcesses(`of-${name.replaceAll(' ', '-')}`)).toEqual([]);
  });

  it('is ended by force where it does not obey', async () => {
    const run = await fake('stubborn', "trap '' TERM; while :; do sleep 0.1; done");
    await expect(run(begun())).rejects.toMatchObject({ trouble: 'silent' });
    expect(await findProcesses('of-stubborn')).toEqual([]);
  });

  it('is left alone while its file still changes, as when the index is moved to the front (no. 1)', async () => {
    const script = `${BLOCK(100)}; for i in 1 2 3 4 5 6 7 8; do date +%N > '${output()}'; sleep 0.3; done; exit 0`;
    const run = await fake('moving', script);
    await expect(run({ ...begun(), expectedSeconds: 4 })).resolves.toMatchObject({ frames: 100, seconds: 4 });
  });
});

describe('what a failed FFmpeg means', () => {
  it.each([
    [
      'all encoder sessions are in use (A9)',
      '[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: out of memory (10): (no details)',
      { trouble: 'sessions_full', kind: 'environment', waitingReason: 'encoder_sessions' },
    ],
    [
      'the card is full',
      'CUDA_ERROR_OUT_OF_MEMORY: out of memory',
      { trouble: 'vram_full', kind: 'transient' },
    ],
    ['there is no driver (no. 45)', 'Cannot load libcuda.so.1', { trouble: 'capability', kind: 'transient' }],
    [
      'the card is not one that encodes',
      '[h264_nvenc @ 0x1] [error] OpenEncodeSessionEx failed: unsupported device (2): (no details)',
      { trouble: 'capability', kind: 'transient' },
    ],
    [
      'the card gave up',
      '[h264_nvenc @ 0x1] [error] EncodePicture failed!: generic error (20): (no details)',
      { trouble: 'device', kind: 'transient' },
    ],
    ['the encoder is unknown', "Unknown encoder 'h264_nvenc'", { trouble: 'capability' }],
    [
      'the disk is full',
      'av_interleaved_write_frame(): No space left on device',
      { trouble: 'disk', kind: 'environment', waitingReason: 'disk_full' },
    ],
    [
      'there is no index (no. 12)',
      '[mov @ 0x1] moov atom not found',
      { trouble: 'bad_input', kind: 'bad_input' },
    ],
    ['nobody knows', 'something else', { trouble: 'failed', kind: 'transient' }],
  ])('is told by its words, not by its number: %s', async (name, said, fault) => {
    // 255 stands for a missing driver, and for an end by a signal (media.md §2).
    const run = await fake(`says-${name.replaceAll(/\W/g, '')}`, `echo "${said}" >&2; exit 255`);
    await expect(
      run({
        inputs: [{ path: '/some/film.mkv' }],
        output: path.join(folder, 'none.mp4'),
        options: [],
        signal,
      }),
    ).rejects.toMatchObject(fault);
  });

  it('is a kill where somebody else has killed it', async () => {
    const run = await fake('killed', 'kill -KILL $$');
    await expect(
      run({
        inputs: [{ path: '/some/film.mkv' }],
        output: path.join(folder, 'none.mp4'),
        options: [],
        signal,
      }),
    ).rejects.toMatchObject({ trouble: 'killed', kind: 'transient' });
  });

  it('is a crash where it has ended by a fault of its own, as with a driver', async () => {
    const run = await fake('crashed', 'kill -SEGV $$');
    const given = {
      inputs: [{ path: '/some/film.mkv' }],
      output: path.join(folder, 'none.mp4'),
      options: [],
    };
    await expect(run({ ...given, signal })).rejects.toMatchObject({ trouble: 'crashed', kind: 'transient' });
  });

  it('keeps its last words among any number of lines, and counts what FFmpeg calls an error (no. 50, D6)', async () => {
    const lines = `i=0; while [ $i -lt 3000 ]; do echo "[mov @ 0x1] [error] line $i of many words" >&2; i=$((i+1)); done`;
    const run = await fake('talks', `${lines}; ${BLOCK(7, 'end')}`);
    const done = await run({
      inputs: [{ path: '/some/film.mkv' }],
      output: path.join(folder, 'none.mp4'),
      options: [],
      signal,
    });
    expect(done).toMatchObject({ errors: 3_000, frames: 7, ended: true });
    expect(done.said.length).toBeLessThanOrEqual(65_536);
    expect(done.said).toContain('line 2999 ');
  });
});

it('a disk that is full at the last bytes is waited for, although FFmpeg answers 0 (no. 44)', async () => {
  const words = '[mp4 @ 0x1] [error] Error writing trailer of file:/x.mp4: No space left on device';
  const full = await fake('full-at-its-end', `${BLOCK(7, 'end')}; echo '${words}' >&2; exit 0`);
  const given = { inputs: [{ path: '/some/film.mkv' }], output: '/x.mp4', options: [], signal };
  await expect(full(given)).rejects.toMatchObject({ kind: 'environment', waitingReason: 'disk_full' });
  const title = '  title : No space left on device';
  const named = await fake('of-such-a-name', `${BLOCK(7, 'end')}; echo '${title}' >&2; exit 0`);
  await expect(named(given)).resolves.toMatchObject({ frames: 7 });
});

describe('the position that FFmpeg tells', () => {
  it('never falls, and takes no word for a number (R11, A10)', async () => {
    const blocks = ['N/A', '-5', '40000', '20000', '80000'].map(
      (time) => `printf 'out_time_us=${time}\\nprogress=continue\\n' >&2; sleep 0.05`,
    );
    const run = await fake('back', blocks.join('; '));
    const seen: FfmpegPosition[] = [];
    const onProgress = (at: FfmpegPosition): void => void seen.push(at);
    await run({
      inputs: [{ path: '/some/film.mkv' }],
      output: path.join(folder, 'none.mp4'),
      options: [],
      signal,
      onProgress,
    });
    expect(seen.map(({ seconds }) => seconds)).toEqual([0, 0, 0.04, 0.04, 0.08]);
  });
});

/** A process of its own that only encodes, for ever. */
function ownerText(output: string): string {
  const program = path.join(folder, 'bin', 'ffmpeg');
  return `
import { createRunFfmpeg } from './src/media/ffmpeg/run.js';
const signal = new AbortController().signal;
await createRunFfmpeg(${JSON.stringify(program)})({ ...${JSON.stringify(endless(output))}, signal });
`;
}
