import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Fault } from '../../../src/domain/faults.js';
import { writeFfmpegProgram } from '../../../src/media/ffmpeg/program.js';
import { createRunFfmpeg, type RunFfmpeg } from '../../../src/media/ffmpeg/run.js';
import { createProbe } from '../../../src/media/probe.js';
import { compileSource } from '../../support/compiled-source.js';
import { eventually } from '../../support/eventually.js';
import { findProcesses } from '../../support/processes.js';

const signal = AbortSignal.timeout(60_000);
const probe = createProbe({ ffprobePath: 'ffprobe' });
let folder: string;
let run: RunFfmpeg;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay ffmpeg-'));
  run = createRunFfmpeg(writeFfmpegProgram({ ffmpegPath: 'ffmpeg', folder: path.join(folder, 'bin') }));
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
      onProgress: (seconds) => positions.push(seconds),
    });
    const { tags, durationSeconds } = await probe(output, signal);
    expect(tags['title']).toBe('Two words');
    expect(durationSeconds).toBeCloseTo(3, 0);
    expect(positions.at(-1)).toBeCloseTo(3, 0);
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

  it('heeds an abort that comes before FFmpeg has started', async () => {
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

  it('leaves no FFmpeg behind when its owner is killed', async () => {
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

/** A process of its own that only encodes, for ever. */
function ownerText(output: string): string {
  const program = path.join(folder, 'bin', 'ffmpeg');
  return `
import { createRunFfmpeg } from './src/media/ffmpeg/run.js';
const signal = new AbortController().signal;
await createRunFfmpeg(${JSON.stringify(program)})({ ...${JSON.stringify(endless(output))}, signal });
`;
}
