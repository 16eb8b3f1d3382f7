import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { makeSampleMedia, type SampleMedia } from '../../src/cli/demo/sample-media.js';
import { createMediaTools, type MediaTools } from '../../src/media/tools.js';
import { createProbe } from '../../src/media/probe.js';
import { findProcesses } from '../support/processes.js';

const signal = AbortSignal.timeout(60_000);
let folder: string;
let tools: MediaTools;
let sample: SampleMedia;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay probe-'));
  const programFolder = path.join(folder, 'bin');
  tools = createMediaTools({ ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe', programFolder });
  sample = await makeSampleMedia({ run: tools.run, folder: path.join(folder, 'sample') });
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that stands in for ffprobe: the shell runs it with ffprobe's arguments. */
async function fakeProgram(text: string): Promise<string> {
  const file = path.join(folder, 'fake-ffprobe');
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('probeMedia', () => {
  it('describes a tagged audiobook with chapters and a cover', async () => {
    const description = await tools.probe(sample.book.file, signal);
    expect(description.container).toContain('mp4');
    expect(description.durationSeconds).toBeCloseTo(sample.book.runtimeSeconds, 0);
    expect(description.hasCover).toBe(true);
    // The MP4 muxer adds a text track for the chapters, and where it stands depends on FFmpeg's version.
    const streams = description.streams.map(({ type, attachedPicture }) => [type, attachedPicture]);
    expect(streams.filter(([type]) => type !== 'data')).toEqual([
      ['audio', false],
      ['video', true],
    ]);
    expect(description.chapters.map(({ title }) => title)).toEqual([
      'The Inventor',
      'The Machine',
      'The Return',
    ]);
    expect(description.chapters[1]?.startSeconds).toBeCloseTo(sample.book.runtimeSeconds / 3, 1);
    expect(description.tags).toMatchObject({
      title: 'The Time Machine',
      artist: 'H. G. Wells',
      composer: sample.book.narrator,
    });
  });

  it('describes a film without a cover', async () => {
    const { streams, hasCover, durationSeconds } = await tools.probe(sample.film.file, signal);
    expect(streams.map(({ type, codec }) => `${type}:${codec}`).sort()).toEqual(['audio:aac', 'video:h264']);
    expect(hasCover).toBe(false);
    expect(durationSeconds).toBeCloseTo(20, 0);
  });

  it('reads the tags of an Ogg file, which sit on its sound', async () => {
    const output = path.join(folder, 'tagged.ogg');
    const options = ['-c:a', 'libvorbis', '-metadata', 'TITLE=Ogg title'];
    await tools.run({ inputs: [{ lavfi: 'sine=duration=1' }], output, options, signal });
    expect((await tools.probe(output, signal)).tags['title']).toBe('Ogg title');
  });

  it('takes a name full of shell characters and options as a name', async () => {
    const output = path.join(folder, '-v $(touch x) "q" `id`; http:.m4a');
    await tools.run({ inputs: [{ lavfi: 'sine=duration=1' }], output, options: [], signal });
    expect((await tools.probe(output, signal)).durationSeconds).toBeCloseTo(1, 0);
  });

  it('blames the release for a file that is no media', async () => {
    const file = path.join(folder, 'book.mp3');
    await writeFile(file, '<html>Please log in</html>');
    await expect(tools.probe(file, signal)).rejects.toMatchObject({ kind: 'release_fault' });
  });

  it('blames nobody for a file that is gone', async () => {
    await expect(tools.probe(path.join(folder, 'gone.mp3'), signal)).rejects.toMatchObject({ kind: 'gone' });
  });

  it('asks for an installation where ffprobe is missing', async () => {
    const probe = createProbe({ ffprobePath: '/nowhere/ffprobe' });
    await expect(probe(sample.film.file, signal)).rejects.toMatchObject({
      kind: 'environment',
      remedy: 'Install the package ffmpeg, or set FFPROBE_PATH',
    });
  });

  it('ends a probe that hangs, and counts it as a passing failure', async () => {
    const probe = createProbe({ ffprobePath: await fakeProgram('exec sleep 300'), timeoutMs: 200 });
    await expect(probe('hangs-for-ever.mp3', signal)).rejects.toMatchObject({ kind: 'transient' });
    expect(await findProcesses('hangs-for-ever.mp3')).toEqual([]);
  });

  it('ends a probe that never stops talking, and blames the release', async () => {
    const probe = createProbe({ ffprobePath: await fakeProgram('exec yes "$0"') });
    await expect(probe(sample.film.file, signal)).rejects.toMatchObject({ kind: 'release_fault' });
    expect(await findProcesses('fake-ffprobe')).toEqual([]);
  });

  it("throws the reason of an abort, not ffprobe's failure", async () => {
    const stop = new AbortController();
    const probe = createProbe({ ffprobePath: await fakeProgram('exec sleep 300') });
    const probing = probe(sample.film.file, stop.signal);
    stop.abort(new Error('cancelled by a person'));
    await expect(probing).rejects.toThrow('cancelled by a person');
  });

  it('tells a full or unreadable disk from a bad file', async () => {
    const probe = createProbe({
      ffprobePath: await fakeProgram('echo "$9: Input/output error" >&2; exit 1'),
    });
    await expect(probe(sample.film.file, signal)).rejects.toMatchObject({ waitingReason: 'mount_gone' });
  });

  it('blames the release where the answer is not in the shape of a probe', async () => {
    const probe = createProbe({ ffprobePath: await fakeProgram(`echo '{"streams":[]}'`) });
    await expect(probe(sample.film.file, signal)).rejects.toThrow('format');
  });
});
