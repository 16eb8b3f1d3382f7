import { describe, expect, it } from '@jest/globals';

import { chooseEncoding, type Sound } from '../../../src/media/merge/encoding.js';
import { ffmetadata } from '../../../src/media/merge/ffmetadata.js';
import { concatList } from '../../../src/media/concat-list.js';
import { mergeRun } from '../../../src/media/merge/merge-run.js';

const aac: Sound = {
  ...{ codec: 'aac', sampleRate: 44_100, channels: 1, bitRate: 64_000, extradataHash: 'a' },
  ...{ sizeBytes: 80_000, durationSeconds: 10 },
};
const mp3: Sound = { ...aac, codec: 'mp3', extradataHash: null };

describe('chooseEncoding', () => {
  it('copies only what one track can hold: all streams equal, in an MP4', () => {
    expect(chooseEncoding([aac, { ...aac, bitRate: 128_000 }], '.m4b')).toEqual({ kind: 'copy' });
    for (const other of [
      { sampleRate: 48_000 },
      { channels: 2 },
      { extradataHash: 'b' },
      { codec: 'alac' },
    ]) {
      expect(chooseEncoding([aac, { ...aac, ...other }], '.m4a').kind).toBe('aac');
    }
    expect(chooseEncoding([aac, aac], '.aac').kind).toBe('aac');
    expect(chooseEncoding([mp3, mp3], '.mp4').kind).toBe('aac');
  });

  it.each([
    [[mp3, { ...mp3, bitRate: 128_000, durationSeconds: 30 }], 112_000],
    [[{ ...mp3, bitRate: 32_000 }], 64_000],
    [[{ ...mp3, bitRate: 900_000 }], 320_000],
    [[{ ...mp3, bitRate: null, sizeBytes: 100_000 }], 80_000],
  ])('takes the average of the sources by time, within 64 to 320 kbit/s (%#)', (sounds, bitRate) => {
    expect(chooseEncoding(sounds, '.mp3')).toMatchObject({ kind: 'aac', bitRate });
  });

  it('keeps rate and channels as far as an AAC of a book has them', () => {
    const sounds = [mp3, { ...mp3, sampleRate: 96_000, channels: 6 }];
    expect(chooseEncoding(sounds, '.flac')).toMatchObject({ sampleRate: 48_000, channels: 2 });
    expect(chooseEncoding([{ ...mp3, sampleRate: 22_050 }], '.mp3')).toMatchObject({ sampleRate: 22_050 });
  });
});

describe('the texts and arguments of a merge', () => {
  it('escapes what FFmpeg would read as its own', () => {
    const text = ffmetadata({
      tags: { title: 'A=B; #1 \\ C', comment: 'two\r\nlines\0' },
      chapters: [{ title: 'x;y', startSeconds: 0.0004, endSeconds: 61.5 }],
    });
    expect(text).toBe(
      [
        ';FFMETADATA1',
        'title=A\\=B\\; \\#1 \\\\ C',
        'comment=two\\\nlines',
        '[CHAPTER]',
        'TIMEBASE=1/1000',
        'START=0',
        'END=61500',
        'title=x\\;y',
        '',
      ].join('\n'),
    );
  });

  it('names sources by names of ours, with their durations', () => {
    expect(concatList([{ name: '00001.mp3', durationSeconds: 1.5 }])).toBe(
      'ffconcat version 1.0\nfile 00001.mp3\nduration 1.500000\n',
    );
  });

  it('maps every stream by hand, and opens beside media the texts of ours only', () => {
    const files = { list: '/s/l', metadata: '/s/m', cover: '/s/c.jpg', output: '/t/.b.partial' };
    const copied = mergeRun(files, { kind: 'copy' }, 'own');
    expect(copied.options.join(' ')).toBe(
      '-map 0:a:0 -map 2:v:0 -c:v copy -disposition:v:0 attached_pic -map_metadata 1 -map_chapters 1 -c:a copy ' +
        '-avoid_negative_ts make_zero -max_muxing_queue_size 9999 -movflags +faststart -f ipod',
    );
    const encoding = { kind: 'aac', bitRate: 96_000, sampleRate: 44_100, channels: 1 } as const;
    const encoded = mergeRun({ ...files, cover: undefined }, encoding, 'own');
    expect(encoded.inputs).toHaveLength(2);
    expect(encoded.options.join(' ')).toContain(
      '-map 0:a:0 -map_metadata 1 -map_chapters 1 -c:a aac -b:a 96000 -af aresample=async=1 -ar 44100 -ac 1 ',
    );
    expect(mergeRun(files, encoding, 'fdk').options.join(' ')).toContain('-c:a libfdk_aac -vbr 4 ');
    expect(copied.inputs.map((input) => ('formats' in input ? input.formats : undefined))).toEqual([
      ['concat'],
      ['ffmetadata'],
      undefined,
    ]);
  });
});
