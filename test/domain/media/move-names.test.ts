import { describe, expect, it } from '@jest/globals';

import { companionsOf, moveNames } from '../../../src/domain/media/move-names.js';
import { isSameName } from '../../../src/domain/same-name.js';
import { companionWay, moveWay, MOVE_LINKS } from '../../../src/domain/media/move-plan.js';

const bytesOf = (text: string): number => Buffer.byteLength(text);

describe('companionsOf', () => {
  const endings = (video: string, names: string[]): string[] =>
    companionsOf(video, [video, ...names]).map(({ ending }) => ending);

  it('takes subtitles, texts and pictures of the same name', () => {
    const own = [
      'a.srt',
      'a.en.srt',
      'a.en.forced.ASS',
      'a.vtt',
      'a.nfo',
      'a.jpg',
      'a-poster.jpg',
      'a.sub',
      'a.idx',
    ];
    expect(endings('a.mkv', own)).toHaveLength(own.length);
  });

  it('leaves what is called otherwise, and what is no sidecar', () => {
    expect(
      endings('a.mkv', ['ab.srt', 'b.srt', 'poster.jpg', 'a.txt', 'a.mkv.part', 'A.srt', 'a-b.srt']),
    ).toEqual([]);
  });

  it('gives a sidecar to the video whose name is longer', () => {
    const names = ['a.mkv', 'a.b.mkv', 'a.b.srt', 'a.srt'];
    expect(companionsOf('a.mkv', names).map(({ name }) => name)).toEqual(['a.srt']);
    expect(companionsOf('a.b.mkv', names).map(({ name }) => name)).toEqual(['a.b.srt']);
  });

  it('tells what another video of the same name needs too', () => {
    expect(companionsOf('a.mkv', ['a.mkv', 'a.mp4', 'a.srt'])).toEqual([
      { name: 'a.srt', ending: '.srt', shared: true },
    ]);
  });

  it('knows a name in both forms of its accents', () => {
    expect(endings('\u00e9.mkv', ['e\u0301.srt'])).toEqual(['.srt']);
  });
});

describe('moveNames', () => {
  it.each([
    ['a:b.mkv', 'ab.mkv'],
    ['-dash.mp4', '-dash.mp4'],
    ["it's.mp4", "it's.mp4"],
    ['%d.mp4', '%d.mp4'],
    ['$(touch x).mp4', '$(touch x).mp4'],
    ['a\nb.mp4', 'a b.mp4'],
    ['e\u0301.mp4', '\u00e9.mp4'],
    ['?.mp4', 'video.mp4'],
    ['con.mp4', '_con.mp4'],
    ['end .mp4', 'end.mp4'],
    ['a\u202egnp.mp4', 'agnp.mp4'],
  ])('cleans %j', (name, cleaned) => {
    expect(moveNames(name, [], 1).video).toBe(cleaned);
  });

  it('numbers video and sidecars alike', () => {
    expect(moveNames('a.mkv', ['.en.srt', '-poster.jpg'], 2)).toEqual({
      video: 'a (2).mkv',
      companions: ['a (2).en.srt', 'a (2)-poster.jpg'],
    });
  });

  it.each([1, 2, 999])('leaves room for each ending within 255 bytes (number %d)', (number) => {
    const { video, companions } = moveNames(`${'é'.repeat(200)}.mkv`, ['.en.srt', '-poster.jpg'], number);
    for (const name of [video, ...companions]) expect(bytesOf(name)).toBeLessThanOrEqual(255);
    expect(Math.max(...[video, ...companions].map(bytesOf))).toBeGreaterThanOrEqual(254);
    expect(companions[0]?.startsWith(video.slice(0, -4))).toBe(true);
  });

  it('keeps a name of just 255 bytes', () => {
    const name = `${'n'.repeat(251)}.mp4`;
    expect(moveNames(name, [], 1).video).toBe(name);
  });

  it('cleans what a subtitle tells, and keeps its kind', () => {
    expect(moveNames('a.mkv', ['.e:n.srt', '.?.srt'], 1).companions).toEqual(['a.en.srt', 'a.srt']);
  });
});

it('takes names that differ in case or in the form of an accent for one', () => {
  expect(isSameName('Film \u00c9.mkv', 'film e\u0301.MKV')).toBe(true);
  expect(isSameName('Film.mkv', 'Film2.mkv')).toBe(false);
});

describe('moveWay', () => {
  it.each([
    [1, ['move', 'move', 'copy', 'link']],
    [2, ['share', 'move', 'copy', 'link']],
  ])('of a file with %d names', (names, ways) => {
    expect(MOVE_LINKS.map((link) => moveWay(link, { names }))).toEqual(ways);
  });

  it('moves a sidecar only with its video, and when nobody else needs it', () => {
    expect(companionWay('move', { names: 1, shared: false })).toBe('move');
    expect(companionWay('move', { names: 2, shared: false })).toBe('copy');
    expect(companionWay('move', { names: 1, shared: true })).toBe('copy');
    expect(companionWay('share', { names: 1, shared: false })).toBe('copy');
  });
});
