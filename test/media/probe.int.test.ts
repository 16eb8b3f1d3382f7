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

  const SOUND = 'sine=duration=1';
  const FILM = 'testsrc=size=64x64:rate=25:duration=1';
  const sound = (extension: string, codec: string, ...more: string[]) =>
    [extension, SOUND, ['-c:a', codec, ...more]] as const;
  const film = (extension: string, codec: string, ...more: string[]) =>
    [extension, FILM, ['-c:v', codec, '-pix_fmt', 'yuv420p', ...more]] as const;

  it.each([
    sound('m4b', 'aac', '-f', 'ipod'),
    sound('m4a', 'aac'),
    sound('mp3', 'libmp3lame'),
    sound('flac', 'flac'),
    sound('oga', 'flac', '-f', 'ogg'),
    sound('opus', 'libopus'),
    sound('aac', 'aac'),
    sound('wav', 'pcm_s16le'),
    sound('wma', 'wmav2'),
    sound('aiff', 'pcm_s16be'),
    sound('mka', 'flac'),
    film('mkv', 'libx264'),
    film('mp4', 'libx264'),
    film('mov', 'libx264'),
    film('avi', 'mpeg4'),
    film('ts', 'mpeg2video'),
    film('m2ts', 'mpeg2video'),
    film('webm', 'libvpx', '-deadline', 'realtime'),
    film('wmv', 'wmv2'),
    film('mpg', 'mpeg2video'),
    film('ogm', 'libtheora', '-f', 'ogg'),
    film('flv', 'flv1'),
    film('3gp', 'mpeg4'),
  ])('opens what libraries hold: .%s', async (extension, lavfi, options) => {
    const output = path.join(folder, `whole.${extension}`);
    await tools.run({ inputs: [{ lavfi }], output, options: [...options], signal });
    const { streams } = await tools.probe(output, signal);
    expect(streams[0]?.type).toBe(lavfi === SOUND ? 'audio' : 'video');
    await tools.run({
      inputs: [{ path: output }],
      output: '/dev/null',
      options: ['-f', 'null'],
      signal,
    });
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

  it.each([
    ['a playlist', 'film.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:20,\nPLACE\n#EXT-X-ENDLIST\n'],
    ['a list of parts', 'book.mp3', "ffconcat version 1.0\nfile 'PLACE'\n"],
  ])('opens no other file that %s in disguise names', async (_what, name, text) => {
    const inside = path.join(folder, 'inside.ts');
    const options = ['-c', 'copy'];
    await tools.run({ inputs: [{ path: sample.film.file }], output: inside, options, signal });
    const file = path.join(folder, name);
    await writeFile(file, text.replace('PLACE', 'inside.ts'));
    await expect(tools.probe(file, signal)).rejects.toMatchObject({ kind: 'release_fault' });
    const output = path.join(folder, 'out.mkv');
    await expect(tools.run({ inputs: [{ path: file }], output, options, signal })).rejects.toThrow(
      'Format not on whitelist',
    );
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
