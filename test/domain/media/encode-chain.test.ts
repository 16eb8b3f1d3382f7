import { describe, expect, it } from '@jest/globals';

import type { Capabilities, EncoderCapability } from '../../../src/domain/media/capabilities.js';
import { waysOf, type DecodedSource } from '../../../src/domain/media/encode-chain.js';
import type { EncodeWay } from '../../../src/domain/media/encode-way.js';
import type { EncodePlan } from '../../../src/domain/media/playback-plan.js';
import { ENCODE_PLAN } from '../../support/encode-plan.js';

const SOURCE: DecodedSource = { codec: 'hevc', bitDepth: 10, chroma: '4:2:0', rotation: 0 };
const decodes = { codec: 'hevc', bitDepth: 10, usable: true, reason: null } as const;
const NVENC: EncoderCapability = {
  ...{
    encoder: 'nvenc',
    name: 'h264_nvenc',
    device: '0',
    usable: true,
    reason: null,
    rateControl: 'quality',
  },
  decoders: [
    { ...decodes, frames: 'memory' },
    { ...decodes, frames: 'card' },
  ],
};
const VAAPI: EncoderCapability = {
  ...{ encoder: 'vaapi', name: 'h264_vaapi', device: '/dev/dri/renderD129', rateControl: 'bitrate' },
  ...{ usable: true, reason: null, decoders: [] },
};

function found(...encoders: EncoderCapability[]): Capabilities {
  return { probedAt: '2027-01-02T03:04:05.000Z', encoders, filters: [], quarantine: null };
}

const say = (ways: EncodeWay[]): string[] =>
  ways.map((way) => (way.encoder === 'software' ? 'software' : `${way.encoder} ${way.decode} ${way.frames}`));

const given = { wish: 'auto', capabilities: found(NVENC, VAAPI), plan: ENCODE_PLAN, source: SOURCE } as const;

describe('the ways of an encode', () => {
  it('are all by the card, with its encoder alone, and in software, none of them left out (no. 28)', () => {
    expect(say(waysOf(given))).toEqual(['nvenc hardware card', 'nvenc software memory', 'software']);
  });

  it('keep the middle one where the card does not decode such a source', () => {
    for (const source of [
      { codec: 'vc1' },
      { bitDepth: 12 },
      { chroma: '4:2:2' },
    ] as Partial<DecodedSource>[])
      expect(say(waysOf({ ...given, source: { ...SOURCE, ...source } }))).toEqual([
        ...['nvenc software memory', 'software'],
      ]);
  });

  it('go through memory where a picture is turned, or more is done to it than scaling (no. 19)', () => {
    const first = (own: {
      plan?: Partial<EncodePlan>;
      source?: Partial<DecodedSource>;
    }): string | undefined =>
      say(
        waysOf({ ...given, plan: { ...ENCODE_PLAN, ...own.plan }, source: { ...SOURCE, ...own.source } }),
      )[0];
    expect(first({ source: { rotation: 90 } })).toBe('nvenc hardware memory');
    for (const plan of [
      { toneMap: true },
      { deinterlace: true },
      { fullRange: true },
      { colorMatrix: 'bt601' },
    ] as const)
      expect(first({ plan })).toBe('nvenc hardware memory');
  });

  it('are those of the vendor that was asked for, on its own device and with what its driver knows', () => {
    expect(waysOf({ ...given, wish: 'vaapi' })[0]).toEqual({
      ...{ encoder: 'vaapi', device: '/dev/dri/renderD129', rateControl: 'bitrate' },
      ...{ decode: 'software', frames: 'memory', frugal: false },
    });
    expect(say(waysOf({ ...given, wish: 'software' }))).toEqual(['software']);
  });

  it('are software alone without a card, with one that is not the one asked for, and in its quarantine (A16)', () => {
    const capabilities = found({ ...NVENC, usable: false, reason: 'Cannot load libcuda.so.1' });
    expect(say(waysOf({ ...given, capabilities }))).toEqual(['software']);
    expect(say(waysOf({ ...given, wish: 'qsv' }))).toEqual(['software']);
    const quarantine = { since: '', until: '', reason: 'FFmpeg hung' };
    expect(say(waysOf({ ...given, capabilities: { ...given.capabilities, quarantine } }))).toEqual([
      'software',
    ]);
  });

  it('go on with the encoder that has made the segments which are there', () => {
    expect(say(waysOf({ ...given, begun: { encoder: 'software', frugal: false } }))).toEqual(['software']);
    expect(say(waysOf({ ...given, begun: { encoder: 'vaapi', frugal: false } }))).toEqual([
      'vaapi software memory',
      'software',
    ]);
    expect(
      say(waysOf({ ...given, capabilities: found(VAAPI), begun: { encoder: 'nvenc', frugal: false } })),
    ).toEqual(['software']);
  });
});
