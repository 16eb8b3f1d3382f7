import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { StepContext } from '../../../src/activities/jobs/step.js';
import { steps } from '../../../src/activities/media/validate-steps.js';
import type { ValidationLevel, ValidationResult } from '../../../src/domain/media/validation.js';
import { HOSTILE_NAMES } from '../../support/hostile-names.js';
import { ffmpegs } from '../../support/installed.js';
import {
  cutShort,
  damaged,
  ffmpeg,
  HDR10,
  joinedTwice,
  makeVideo,
  VARYING,
} from '../../support/video-fixtures.js';
import { stepOf } from '../acquisition/fixture.js';
import { openPictureHouse, type PictureHouse } from './picture-house.js';

let house: PictureHouse;
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac'];
const FAST_START = { seconds: 10, rate: '25', options: [...X264, '-movflags', '+faststart'] };

beforeAll(async () => {
  house = await openPictureHouse();
});

afterAll(() => house.close());

function validate(
  videoId: string,
  level: ValidationLevel,
  { program = 'ffmpeg', step = {} }: { program?: string; step?: Partial<StepContext> } = {},
): Promise<ValidationResult> {
  return steps.create(house.with(program)).validateVideo({ videoId, level }, stepOf(step));
}

const codes = ({ findings }: ValidationResult): string[] => findings.map(({ code }) => code);

const films = new Map<string, Promise<string>>();

/** Made once for every FFmpeg that is tried on it. */
function film(name: string, made: Parameters<typeof makeVideo>[2] = {}): Promise<string> {
  const known = films.get(name) ?? makeVideo(house.studio, name, made);
  films.set(name, known);
  return known;
}

async function takeText(name: string, text: string): Promise<string> {
  const file = path.join(house.studio, name);
  await writeFile(file, text);
  return house.take(file);
}

describe('a quick validation', () => {
  it('finds nothing wrong with a good file, and remembers what it has read', async () => {
    const id = await house.take(await film('good.mp4', FAST_START));
    const result = await validate(id, 'quick');
    expect(result).toMatchObject({
      ...{ verdict: 'valid', level: 'quick', findings: [] },
      read: { packets: null, pictures: null, decodedSeconds: null },
    });
    expect(result.durationSeconds).toBeCloseTo(10, 1);
  });

  it.each(['cut.mp4', 'cut.mkv'])('finds that %s was cut short (A1, no. 5)', async (name) => {
    const whole = await film(name, { ...FAST_START, seconds: 20 });
    const id = await house.take(await cutShort(whole, 0.6));
    const result = await validate(id, 'quick');
    expect(result).toMatchObject({ verdict: 'invalid', findings: [{ code: 'cut_short' }] });
    expect(result.findings[0]?.message).toMatch(/^It ends at 1[12]\.\d of 20\.\d s/);
    expect(result.findings[0]?.remedy).toContain('Fetch');
  });

  it('tells a missing index as an unfinished download (no. 12)', async () => {
    const whole = await film('headless.mp4', { seconds: 5, options: X264 });
    const result = await validate(await house.take(await cutShort(whole, 0.9)), 'quick');
    expect(result).toMatchObject({ verdict: 'invalid', findings: [{ code: 'no_index', severity: 'error' }] });
  });

  it('tells an empty file, a playlist in disguise (no. 48), any other text, and sound alone', async () => {
    expect(codes(await validate(await takeText('empty.mp4', ''), 'thorough'))).toEqual(['empty']);
    const list = '#EXTM3U\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n';
    expect(codes(await validate(await takeText('list.mp4', list), 'thorough'))).toEqual(['playlist']);
    const none = await validate(await takeText('text.mkv', 'this is no film'), 'quick');
    expect(codes(none)).toEqual(['no_media']);
    expect(JSON.stringify(none)).not.toContain('/tmp');
    const song = path.join(house.studio, 'song.m4a');
    await ffmpeg(['-filter_complex', 'sine=d=2[a]', '-map', '[a]', '-c:a', 'aac', `file:${song}`]);
    expect(codes(await validate(await house.take(song), 'thorough'))).toEqual(['no_picture']);
  });

  it('notices what plans have to heed, and calls it valid', async () => {
    const silent = await validate(await house.take(await film('silent.mp4', { sound: [] })), 'quick');
    expect(silent).toMatchObject({ verdict: 'valid', findings: [{ code: 'no_sound', severity: 'notice' }] });
    const options = ['-fps_mode', 'vfr', ...X264];
    const varying = await house.take(await film('varying.mp4', { ...VARYING, seconds: 6, options }));
    expect(codes(await validate(varying, 'quick'))).toEqual(['varying_rate']);
    const hdr = await house.take(await film('hdr.mkv', { options: HDR10 }));
    expect(codes(await validate(hdr, 'quick'))).toEqual(['high_dynamic_range']);
  });

  it('finds reserved colours, which break encodes (no. 38)', async () => {
    const file = path.join(house.studio, 'reserved.mp4');
    const bits = 'h264_metadata=colour_primaries=3:transfer_characteristics=3:matrix_coefficients=3';
    await ffmpeg(['-i', await film('good.mp4', FAST_START), '-c', 'copy', '-bsf:v', bits, `file:${file}`]);
    expect(await validate(await house.take(file), 'quick')).toMatchObject({
      ...{ verdict: 'valid', findings: [{ code: 'reserved_color', severity: 'warning' }] },
    });
  });

  it('finds a header that tells another length than there is (no. 13)', async () => {
    const whole = await film('told.mkv', { ...FAST_START, seconds: 10 });
    const bytes = await readFile(whole);
    // Matroska's Duration: id 0x4489, 8 bytes, a float of milliseconds.
    const at = bytes.indexOf(Buffer.from([0x44, 0x89, 0x88]));
    expect(at).toBeGreaterThan(0);
    bytes.writeDoubleBE(4_000, at + 3);
    const file = path.join(house.studio, 'wrong.mkv');
    await writeFile(file, bytes);
    const result = await validate(await house.take(file), 'quick');
    expect(result).toMatchObject({
      verdict: 'valid',
      findings: [{ code: 'lengths_differ', evidence: { expectedSeconds: 4 } }],
    });
    expect(result.durationSeconds).toBeCloseTo(10, 0);
  });
});

describe('a validation of all packets', () => {
  it('counts them, and finds nothing wrong with a good file', async () => {
    for (const name of ['good.mp4', 'good.mkv', 'good.avi']) {
      const result = await validate(await house.take(await film(name, FAST_START)), 'packets');
      expect(result).toMatchObject({ verdict: 'valid', findings: [] });
      expect(result.read.packets).toBeGreaterThan(250);
      expect(result.read.pictures).toBeNull();
    }
  });

  it('finds sound that ends before its picture', async () => {
    const file = path.join(house.studio, 'short-sound.mp4');
    const graph = 'testsrc2=s=320x180:r=25:d=6[v];sine=d=3[a]';
    await ffmpeg(['-filter_complex', graph, '-map', '[v]', '-map', '[a]', ...X264, `file:${file}`]);
    const result = await validate(await house.take(file), 'packets');
    expect(result).toMatchObject({ verdict: 'valid', findings: [{ code: 'sound_ends_early' }] });
    expect(result.findings[0]?.evidence.seconds).toBeCloseTo(3, 0);
    expect(result.findings[0]?.evidence.expectedSeconds).toBeCloseTo(6, 0);
  });

  it('finds two files that were joined by their bytes, with their true length (no. 13)', async () => {
    const part = await film('part.ts', { ...FAST_START, options: X264 });
    const result = await validate(await house.take(await joinedTwice(part)), 'packets');
    expect(result.verdict).toBe('valid');
    expect(codes(result)).toContain('times_restart');
    expect(codes(result)).toContain('lengths_differ');
    expect(result.durationSeconds).toBeCloseTo(20, 0);
  });

  it('finds the hole that lost bytes leave in a Matroska file', async () => {
    const whole = await film('long.mkv', { ...FAST_START, seconds: 20 });
    const result = await validate(
      await house.take(await damaged(whole, { at: 0.5, bytes: 60_000 })),
      'packets',
    );
    expect(result.verdict).toBe('invalid');
    expect(codes(result)).toEqual(expect.arrayContaining(['container_damaged', 'hole']));
    const hole = result.findings.find(({ code }) => code === 'hole');
    expect(hole?.evidence.atSeconds).toBeGreaterThan(5);
    expect(hole?.evidence.offset).toBeGreaterThan(100_000);
  });

  it('finds a file that was cut short by its packets too', async () => {
    const whole = await film('cut.mp4', { ...FAST_START, seconds: 20 });
    const result = await validate(await house.take(await cutShort(whole, 0.6)), 'packets');
    expect(result.verdict).toBe('invalid');
    expect(result.findings[0]).toMatchObject({ code: 'cut_short' });
  });
});

describe.each(ffmpegs())('a thorough validation by FFmpeg %s', (_name, program) => {
  const thorough = (id: string, step: Partial<StepContext> = {}): Promise<ValidationResult> =>
    validate(id, 'thorough', { program, step });

  it('decodes all of a good file, tells how far it is, and finds nothing', async () => {
    const id = await house.take(await film('good.mp4', FAST_START));
    const told: number[] = [];
    const progress: StepContext['progress'] = ({ done, total }) => told.push(done / (total ?? NaN));
    const result = await thorough(id, { progress });
    expect(result).toMatchObject({ verdict: 'valid', findings: [], read: { pictures: 250 } });
    expect(result.read.decodedSeconds).toBeCloseTo(10, 0);
    expect([...told].sort((one, other) => one - other)).toEqual(told);
    expect(told.at(-1)).toBeCloseTo(1, 1);
  });

  it('finds a damaged middle that no header and no packet tells of', async () => {
    const whole = await film('long.mp4', { ...FAST_START, seconds: 20 });
    const id = await house.take(await damaged(whole, { at: 0.5, bytes: 60_000 }));
    expect(await validate(id, 'quick')).toMatchObject({ verdict: 'valid' });
    const result = await thorough(id);
    expect(result.verdict).toBe('invalid');
    const picture = result.findings.find(({ code }) => code === 'picture_damaged');
    expect(picture?.evidence.count).toBeGreaterThan(20);
    expect(picture?.evidence.lost).toBeGreaterThan(0);
    expect(JSON.stringify(result)).not.toMatch(/\/tmp|0x[0-9a-f]{6}/);
  });

  it('goes on over few errors, and says so', async () => {
    const whole = await film('long.mp4', { ...FAST_START, seconds: 20 });
    const result = await thorough(await house.take(await damaged(whole, { at: 0.5, bytes: 3_000 })));
    expect(result.verdict).toBe('valid');
    expect(result.findings.length).toBeGreaterThan(0);
    expect(new Set(result.findings.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  });

  it('ends a flood of errors, and calls the file invalid (no. 11)', async () => {
    const whole = await film('flood.mp4', { ...FAST_START, seconds: 60, size: '160x90' });
    const result = await thorough(await house.take(await damaged(whole, { at: 0.1, bytes: 1_500_000 })));
    expect(result.verdict).toBe('invalid');
    expect(codes(result)).toContain('error_flood');
  });

  it('decodes both parts of a joined file (no. 13)', async () => {
    const part = await film('part.ts', { ...FAST_START, options: X264 });
    const result = await thorough(await house.take(await joinedTwice(part)));
    expect(result.verdict).toBe('valid');
    expect(result.read).toMatchObject({ pictures: 500 });
    expect(result.read.decodedSeconds).toBeCloseTo(20, 0);
  });

  it('sees interlaced and unevenly spaced pictures, and no others', async () => {
    const made = { seconds: 4, rate: '50', filter: 'interlace', sound: [] };
    const options = [...X264, '-flags', '+ilme+ildct', '-x264-params', 'tff=1'];
    const interlaced = await house.take(await film('interlaced.mkv', { ...made, options }));
    expect(codes(await thorough(interlaced))).toEqual(['no_sound', 'interlaced']);
    const vfr = { ...VARYING, seconds: 6, options: ['-fps_mode', 'vfr', ...X264] };
    expect(codes(await thorough(await house.take(await film('varying.mp4', vfr))))).toEqual(['varying_rate']);
    // 23.976 a second is 41 and 42 ms in Matroska: even all the same.
    const film24 = await film('film.mkv', { rate: '24000/1001', options: X264 });
    expect(codes(await thorough(await house.take(film24)))).toEqual([]);
  });

  it.each(HOSTILE_NAMES)('has no trouble with the name %j (no. 39)', async (name) => {
    const id = await house.take(await film('hostile.mp4', { seconds: 1, options: X264 }), name);
    expect(await thorough(id)).toMatchObject({ verdict: 'valid' });
  });
});
