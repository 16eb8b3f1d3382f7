import { describe, expect, it } from '@jest/globals';

import { addError, classifyError, noErrors, passErrors } from '../../../src/domain/media/error-tally.js';
import { finding, gravestFirst, verdictOf } from '../../../src/domain/media/findings.js';
import {
  addPacket,
  noPackets,
  playedSeconds,
  type StreamTally,
} from '../../../src/domain/media/packet-tally.js';
import { readDecodeFigures } from '../../../src/media/validate/decode-figures.js';

describe('a line of FFmpeg that tells an error', () => {
  const file = { container: 'mov,mp4,m4a,3gp,3g2,mj2', sound: [1] };

  it.each([
    ['[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5] [error] stream 1, offset 0x11242d: partial file', 'container'],
    ['[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x5] [error] File ended prematurely', 'container'],
    ['[h264 @ 0x5] [error] error while decoding MB 1 2', 'picture'],
    ['[NULL @ 0x5] [error] Invalid NAL unit size (8699 > 3658).', 'picture'],
    ['[vist#0:0/h264 @ 0x5] [dec:h264 @ 0x6] [error] Decoding error: Invalid data found', 'picture'],
    ['[aist#0:1/aac @ 0x5] [dec:aac @ 0x6] [error] Error submitting packet to decoder', 'sound'],
    ['[aac @ 0x5] [error] channel element 0.0 is not allocated', 'sound'],
    ['[mp3float @ 0x5] [error] Header missing', 'sound'],
    ['[error] Error while decoding stream #0:0: Invalid data found', 'picture'],
    ['[error] Error while decoding stream #0:1: Invalid data found', 'sound'],
    ['[null @ 0x5] [error] Application provided invalid, non monotonically increasing dts to muxer', 'times'],
  ])('is of its class: %s', (line, kind) => {
    expect(classifyError(line, file)).toBe(kind);
  });

  it('is counted, and the first of its class is kept with its place', () => {
    const tally = noErrors();
    addError(tally, { kind: 'picture', said: 'first', atSeconds: 3 });
    passErrors(tally, 3);
    passErrors(tally, 5);
    addError(tally, { kind: 'picture', said: 'second', atSeconds: 5 });
    passErrors(tally, 9);
    expect(tally.picture).toEqual({ count: 2, said: 'first', atSeconds: 3, untilSeconds: 5 });
    expect(tally.sound).toEqual({ count: 0 });
  });
});

describe('the packets of a stream', () => {
  function read(times: readonly (number | null)[], shown = times): StreamTally {
    const tally = noPackets(0);
    times.forEach((order, at) => {
      addPacket(tally, { stream: 0, seconds: shown[at] ?? null, order, duration: 0.04, offset: at });
    });
    return tally;
  }

  it('play from the first to the end of the last', () => {
    const tally = read([1.4, 1.44, 1.48]);
    expect(tally).toMatchObject({ packets: 3, firstSeconds: 1.4, restarts: 0, holes: 0 });
    expect(playedSeconds(tally)).toBeCloseTo(0.12, 5);
  });

  it('may be shown in another order than they are decoded in', () => {
    const tally = read([0, 0.04, 0.08, 0.12], [0.08, 0.2, 0.12, 0.16]);
    expect(tally).toMatchObject({ restarts: 0, holes: 0 });
  });

  it('may have a hole, at the end of what was before it', () => {
    const tally = read([0, 0.04, 2, 2.04, 5]);
    expect(tally).toMatchObject({ holes: 2, firstHole: { offset: 2 } });
    expect(tally.firstHole?.atSeconds).toBeCloseTo(0.08, 5);
    expect(tally.firstHole?.seconds).toBeCloseTo(1.92, 5);
  });

  it('may begin anew, and play on', () => {
    const tally = read([0, 1, 2, 3, 0, 1, 2, 3].flatMap((at) => [at, at + 0.4, at + 0.8]));
    expect(tally).toMatchObject({ restarts: 1, holes: 0 });
    expect(tally.firstRestartAt).toBeCloseTo(3.84, 5);
    expect(playedSeconds(tally)).toBeCloseTo(7.68, 5);
  });

  it('may tell no time at all (no. 40)', () => {
    const tally = read([null, null]);
    expect(tally).toMatchObject({ packets: 2, firstSeconds: null });
    expect(playedSeconds(tally)).toBe(0);
  });
});

describe('findings', () => {
  it('make a video invalid by their gravest, which comes first', () => {
    const found = [finding('no_sound'), finding('hole', { stream: 0 }), finding('empty')];
    expect(gravestFirst(found).map(({ code }) => code)).toEqual(['empty', 'hole', 'no_sound']);
    expect(verdictOf(found)).toBe('invalid');
    expect(verdictOf(found.slice(0, 2))).toBe('valid');
    expect(verdictOf([])).toBe('valid');
  });

  it('of damage weigh by their number (V9)', () => {
    expect(finding('picture_damaged', { count: 20 }).severity).toBe('warning');
    expect(finding('picture_damaged', { count: 21 }).severity).toBe('error');
  });

  it('say what, where and how much, to a thousandth', () => {
    const { message, evidence } = finding('picture_damaged', {
      ...{ count: 1, lost: 1, atSeconds: 4.00049, untilSeconds: 12, said: '[h264] broken' },
    });
    expect(message).toBe(
      'Its picture is damaged between 4.0 and 12.0 s: one error, 1 picture lost ("[h264] broken")',
    );
    expect(evidence.atSeconds).toBe(4);
  });
});

describe('the figures of a decode', () => {
  it('are added up, of what was counted twice or of nothing', () => {
    const said = [
      '[Parsed_idet_0 @ 0x5] [info] Multi frame detection: TFF:     0 BFF:     0 Progressive:     0 Undetermined:     0',
      '[Parsed_vfrdet_1 @ 0x5] [info] VFR:-nan (0/0)',
      '[Parsed_idet_0 @ 0x7] [info] Multi frame detection: TFF:    34 BFF:    33 Progressive:     5 Undetermined:     0',
      '[Parsed_vfrdet_1 @ 0x7] [info] VFR:0.042254 (3/68) min: 512 max: 2560 avg: 1877',
    ].join('\n');
    expect(readDecodeFigures(said)).toEqual({
      fields: { top: 34, bottom: 33, progressive: 5 },
      spacing: { uneven: 3, of: 71 },
    });
    expect(readDecodeFigures('')).toEqual({ fields: null, spacing: null });
  });

  it('call times that were rounded to milliseconds even', () => {
    const said = '[Parsed_vfrdet_1 @ 0x7] [info] VFR:0.3 (30/70) min: 41 max: 42 avg: 41';
    expect(readDecodeFigures(said).spacing).toEqual({ uneven: 0, of: 100 });
  });
});
