import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Capabilities, EncoderCapability } from '../../../src/domain/media/capabilities.js';
import { createHardware, type Hardware, type HardwareOptions } from '../../../src/media/hardware/hardware.js';
import { createMediaTools } from '../../../src/media/tools.js';
import { eventually } from '../../support/eventually.js';
import { makeFakeCard, type FakeCard } from '../../support/fake-card.js';
import { ffmpegs } from '../../support/installed.js';

/** A host may be busy: each trial of a card is some thirty encodes. */
const LONG = { withinMs: 100_000 };
/** Only the NVIDIA card is there. */
const ALONE = { nodesFolder: '/nowhere' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay hardware-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function hardwareWith(ffmpegPath: string, own: Partial<HardwareOptions> = {}): Hardware {
  const tools = createMediaTools({
    ffmpegPath,
    ffprobePath: 'ffprobe',
    programFolder: path.join(folder, 'bin'),
  });
  return createHardware({ tools, ffmpegPath, gpuDevice: '0', nodesFolder: path.join(folder, 'dri'), ...own });
}

function encoderOf(
  { encoders }: Capabilities,
  name: string,
  device: string | null,
): EncoderCapability | undefined {
  return encoders.find((one) => one.name === name && one.device === device);
}

describe.each(ffmpegs())('a host without a card, with FFmpeg %s', (_version, ffmpegPath) => {
  it('has no hardware encoder, whatever FFmpeg lists, and says why; software is there (no. 25, A16)', async () => {
    const found = await hardwareWith(ffmpegPath).capabilities();
    const cards = found.encoders.filter(({ encoder }) => encoder !== 'software');
    expect(cards.map(({ encoder, usable }) => [encoder, usable])).toEqual([
      ['nvenc', false],
      ['qsv', false],
      ['vaapi', false],
    ]);
    expect(encoderOf(found, 'h264_nvenc', '0')?.reason).toContain('Cannot load libcuda.so.1');
    for (const { reason } of cards) expect(reason).toMatch(/^This host cannot encode so: .+/);
    expect(JSON.stringify(found)).not.toContain(tmpdir() + path.sep);
    expect(encoderOf(found, 'libx264', null)).toMatchObject({ usable: true, reason: null });
    expect(found.filters).toMatchObject([
      { name: 'tone mapping (zscale)', usable: true },
      { name: 'deinterlacing (bwdif)', usable: true },
    ]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('longplay-probe-'))).toEqual([]);
  });
});

describe('a host with a card', () => {
  let card: FakeCard;

  beforeEach(async () => {
    card = await makeFakeCard(folder);
  });

  const hardware = (own: Partial<HardwareOptions> = {}): Hardware => hardwareWith(card.ffmpegPath, own);

  it('is tried by real encodes on every render node, with what it decodes (no. 25, 26)', async () => {
    const found = await hardware().capabilities();
    expect(encoderOf(found, 'h264_nvenc', '0')).toMatchObject({ usable: true, rateControl: 'quality' });
    const [other, right] = ['renderD128', 'renderD129'].map((node) => path.join(card.nodes, node));
    expect(encoderOf(found, 'h264_vaapi', other ?? '')).toMatchObject({
      usable: false,
      reason: expect.stringContaining('No VA display found') as unknown,
    });
    expect(encoderOf(found, 'h264_vaapi', right ?? '')).toMatchObject({ usable: true });
    expect(encoderOf(found, 'h264_qsv', right ?? '')).toMatchObject({ usable: false, decoders: [] });
    const decodes = encoderOf(found, 'h264_nvenc', '0')?.decoders ?? [];
    expect(decodes).toContainEqual({
      codec: 'h264',
      bitDepth: 8,
      frames: 'card',
      usable: true,
      reason: null,
    });
    expect(decodes).toContainEqual({
      codec: 'hevc',
      bitDepth: 8,
      frames: 'memory',
      usable: true,
      reason: null,
    });
  }, 120_000);

  it('is not tried by a process that does not own it', async () => {
    const found = await hardware({ gpuDevice: null }).capabilities();
    expect(found.encoders.map(({ name, usable }) => [name, usable])).toEqual([['libx264', true]]);
  });

  it('is there although all of its sessions are taken (no. 22, 26)', async () => {
    await card.becomes('sessions');
    expect(encoderOf(await hardware().capabilities(), 'h264_nvenc', '0')).toMatchObject({
      usable: true,
      reason: "All encoder sessions of the host's card are in use",
    });
  });

  it.each(['absent', 'gives up', 'crashes'] as const)('is not used where it %s', async (mood) => {
    await card.becomes(mood);
    const found = await hardware().capabilities();
    expect(encoderOf(found, 'h264_nvenc', '0')).toMatchObject({ usable: false, decoders: [] });
    expect(encoderOf(found, 'libx264', null)?.usable).toBe(true);
  });

  it('is found by a later trial, once it works', async () => {
    await card.becomes('absent');
    const kept = hardware({ ...ALONE, everyMs: 50 });
    expect(encoderOf(await kept.capabilities(), 'h264_nvenc', '0')?.usable).toBe(false);
    await card.becomes('works');
    const seen: Capabilities[] = [];
    const watch = kept.watch({ changed: (now) => seen.push(now), failed: () => undefined });
    try {
      await eventually(() => seen.some((now) => encoderOf(now, 'h264_nvenc', '0')?.usable === true), LONG);
    } finally {
      await watch.stop();
    }
  }, 120_000);

  it('is left alone after three faults, and used again once a trial at the end is good (no. 29)', async () => {
    const rules = { faults: 3, withinMs: 600_000, firstMs: 100, longestMs: 1_000 };
    const kept = hardware({ ...ALONE, rules });
    await kept.capabilities();
    const seen: (string | undefined)[] = [];
    const watch = kept.watch({
      changed: ({ quarantine }) => seen.push(quarantine?.reason),
      failed: () => undefined,
    });
    try {
      for (const fault of ['one', 'two', 'three']) kept.cardFailed(`FFmpeg hung: ${fault}`);
      expect((await kept.capabilities()).quarantine).toMatchObject({ reason: 'FFmpeg hung: three' });
      await eventually(async () => (await kept.capabilities()).quarantine === null, LONG);
      expect(seen).toContain('FFmpeg hung: three');
      expect(seen.at(-1)).toBeUndefined();
    } finally {
      await watch.stop();
    }
  }, 120_000);
});
