import { describe, expect, it } from '@jest/globals';

import type { HardwareWay } from '../../../src/domain/media/encode-way.js';
import { X264_PRESETS } from '../../../src/domain/media/playback-wish.js';
import { pictureOptions } from '../../../src/media/plan/picture-options.js';
import { ENCODE_PLAN } from '../../support/encode-plan.js';

const TAGS = 'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709';
const IN_MEMORY = `fps=fps=25,scale=w=1280:h=720,setsar=1,format=yuv420p,${TAGS}`;
const CAP = ['-maxrate', '3000k', '-bufsize', '6000k'];
const KEYFRAMES = ['-force_key_frames', 'expr:eq(mod(n,50),0)', '-fps_mode', 'passthrough'];

const way = (given: Partial<HardwareWay>): HardwareWay => ({
  encoder: 'nvenc',
  device: '0',
  decode: 'software',
  frames: 'memory',
  rateControl: 'quality',
  frugal: false,
  ...given,
});

describe('the options of a picture', () => {
  it('are those of x264 in software, in one pass (no. 3)', () => {
    const { input, filter, encoder } = pictureOptions(ENCODE_PLAN, { encoder: 'software' });
    expect([input, filter()]).toEqual([[], IN_MEMORY]);
    expect(encoder).toEqual([
      ...['-c:v', 'libx264', '-profile:v', 'high', '-pix_fmt', 'yuv420p', '-preset', 'medium', '-crf', '23'],
      ...[...CAP, ...KEYFRAMES],
    ]);
  });

  it('are those of NVENC, with constant quality and a cap', () => {
    const { input, filter, encoder } = pictureOptions(ENCODE_PLAN, way({}));
    expect([input, filter()]).toEqual([[], IN_MEMORY]);
    expect(encoder).toEqual([
      ...['-c:v', 'h264_nvenc', '-profile:v', 'high', '-preset', 'p5', '-tune', 'hq'],
      ...['-rc', 'vbr', '-cq', '23', '-b:v', '0', ...CAP, '-rc-lookahead', '20', '-gpu', '0'],
      ...['-forced-idr', '1', '-g', '50', ...KEYFRAMES],
    ]);
  });

  it('are those of Quick Sync on its own render node', () => {
    const { input, filter, encoder } = pictureOptions(
      ENCODE_PLAN,
      way({ encoder: 'qsv', device: '/dev/dri/renderD129' }),
    );
    expect(input).toEqual([
      ...['-init_hw_device', 'vaapi=decoder:/dev/dri/renderD129', '-init_hw_device', 'qsv=card@decoder'],
      ...['-filter_hw_device', 'card'],
    ]);
    expect(filter()).toBe(`${IN_MEMORY},format=nv12,hwupload=extra_hw_frames=64`);
    expect(encoder).toEqual([
      ...['-c:v', 'h264_qsv', '-profile:v', 'high', '-preset', 'medium', '-global_quality', '23'],
      ...['-b:v', '2250k', ...CAP, '-forced_idr', '1', '-g', '50', ...KEYFRAMES],
    ]);
  });

  it('are those of VAAPI, by quality or, where the driver has no such mode, by a mean', () => {
    const given = way({ encoder: 'vaapi', device: '/dev/dri/renderD128' });
    const { input, filter, encoder } = pictureOptions(ENCODE_PLAN, given);
    expect(input).toEqual([
      ...['-init_hw_device', 'vaapi=card:/dev/dri/renderD128', '-filter_hw_device', 'card'],
    ]);
    expect(filter()).toBe(`${IN_MEMORY},format=nv12,hwupload`);
    const ends = ['-b:v', '2250k', ...CAP, '-g', '50', ...KEYFRAMES];
    const begins = ['-c:v', 'h264_vaapi', '-profile:v', 'high', '-compression_level', '4'];
    expect(encoder).toEqual([...begins, '-rc_mode', 'QVBR', '-qp', '23', ...ends]);
    expect(pictureOptions(ENCODE_PLAN, { ...given, rateControl: 'bitrate' }).encoder).toEqual([
      ...[...begins, '-rc_mode', 'VBR', ...ends],
    ]);
  });

  it('keep pictures on the card, whose own filter scales them to 8 bit', () => {
    const decode = { decode: 'hardware', frames: 'card' } as const;
    const nvenc = pictureOptions(ENCODE_PLAN, way(decode));
    expect(nvenc.input).toEqual([
      ...['-hwaccel', 'cuda', '-hwaccel_device', '0', '-hwaccel_output_format', 'cuda'],
    ]);
    expect(nvenc.filter()).toBe(`fps=fps=25,scale_cuda=w=1280:h=720:format=nv12,setsar=1,${TAGS}`);
    const qsv = pictureOptions(ENCODE_PLAN, way({ ...decode, encoder: 'qsv', device: null }));
    expect(qsv.input).toEqual([
      ...[
        '-init_hw_device',
        'vaapi=decoder',
        '-init_hw_device',
        'qsv=card@decoder',
        '-filter_hw_device',
        'card',
      ],
      ...['-hwaccel', 'vaapi', '-hwaccel_device', 'decoder', '-hwaccel_output_format', 'vaapi'],
    ]);
    expect(qsv.filter()).toBe(
      `fps=fps=25,scale_vaapi=w=1280:h=720:format=nv12,setsar=1,${TAGS},hwmap=derive_device=qsv,format=qsv`,
    );
    const vaapi = pictureOptions(ENCODE_PLAN, way({ ...decode, encoder: 'vaapi', device: null }));
    expect(vaapi.input.slice(-6)).toEqual([
      ...['-hwaccel', 'vaapi', '-hwaccel_device', 'card', '-hwaccel_output_format', 'vaapi'],
    ]);
    expect(vaapi.filter()).toBe(`fps=fps=25,scale_vaapi=w=1280:h=720:format=nv12,setsar=1,${TAGS}`);
  });

  it('decode on the card and go through memory, where filters of software are needed', () => {
    const { input, filter } = pictureOptions(
      { ...ENCODE_PLAN, deinterlace: true },
      way({ decode: 'hardware' }),
    );
    expect(input).toEqual(['-hwaccel', 'cuda', '-hwaccel_device', '0']);
    expect(filter()).toContain('bwdif=');
  });

  it('leave the times of pictures alone where their rate varies, and begin where a segment does', () => {
    const varying = pictureOptions(
      { ...ENCODE_PLAN, rate: null },
      way({ decode: 'hardware', frames: 'card' }),
    );
    expect(varying.encoder.slice(-4)).toEqual([
      ...['-force_key_frames', 'expr:gte(t,n_forced*2)', '-fps_mode', 'passthrough'],
    ]);
    expect(varying.filter()).toBe(`scale_cuda=w=1280:h=720:format=nv12,setsar=1,${TAGS}`);
    const resumed = pictureOptions(ENCODE_PLAN, way({ decode: 'hardware', frames: 'card' }));
    expect(resumed.filter(0.02)).toMatch(/^setpts=PTS-\(0\.020000\/TB\),fps=fps=25:start_time=0,scale_cuda=/);
  });

  it('take less of the memory of a card that was full (no. 23)', () => {
    const frugal = { frugal: true, decode: 'hardware', frames: 'card' } as const;
    const nvenc = pictureOptions(ENCODE_PLAN, way(frugal));
    expect(nvenc.input.slice(-2)).toEqual(['-extra_hw_frames', '2']);
    expect(nvenc.encoder).not.toContain('-rc-lookahead');
    expect(nvenc.encoder).toEqual(expect.arrayContaining(['-surfaces', '8']));
    for (const encoder of ['qsv', 'vaapi'] as const)
      expect(pictureOptions(ENCODE_PLAN, way({ encoder, frugal: true })).encoder).toEqual(
        expect.arrayContaining(['-async_depth', '1']),
      );
  });

  it('never give a preset of one vendor to another (no. 27)', () => {
    const presets = { nvenc: /^p[1-7]$/, qsv: /^(veryfast|faster|fast|medium|slow|slower|veryslow)$/ };
    for (const preset of X264_PRESETS) {
      for (const encoder of ['nvenc', 'qsv'] as const) {
        const options = pictureOptions({ ...ENCODE_PLAN, preset }, way({ encoder })).encoder;
        expect(options[options.indexOf('-preset') + 1]).toMatch(presets[encoder]);
        expect(options).not.toContain('-crf');
      }
      const vaapi = pictureOptions({ ...ENCODE_PLAN, preset }, way({ encoder: 'vaapi' })).encoder;
      expect(vaapi).not.toEqual(expect.arrayContaining(['-preset']));
      expect(vaapi[vaapi.indexOf('-compression_level') + 1]).toMatch(/^[1-7]$/);
    }
  });
});
