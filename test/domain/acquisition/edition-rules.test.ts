import { describe, expect, it } from '@jest/globals';

import { decide, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { Preferences } from '../../../src/domain/acquisition/preferences.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { FOUNDATION, makeInput, makeRelease } from './releases.js';

interface Wish {
  item?: Partial<MediaItem>;
  preferred?: Preferences;
  language?: string;
}

function rejectionsOf(tags: string, { item, preferred, language }: Wish = {}): string[] {
  const release = makeRelease({
    title: `Isaac Asimov - Foundation ${tags}`,
    ...(language === undefined ? {} : { language }),
  });
  const more: Partial<DecisionInput> = {
    item: { ...FOUNDATION, ...item },
    ...(preferred === undefined ? {} : { preferred }),
  };
  const [candidate] = decide(makeInput([release], more)).candidates;
  return (candidate?.rejections ?? []).map(({ code, detail }) => `${code}: ${detail}`);
}

describe('the edition rules', () => {
  it.each<[string, string, Wish, string]>([
    ['another language', '[French]', {}, 'LANGUAGE: expected en, the release is in fr'],
    ['a language by its code', '[DE]', {}, 'LANGUAGE: expected en, the release is in de'],
    [
      'the indexer’s language, over the name’s',
      '[English]',
      { language: 'de' },
      'LANGUAGE: expected en, the release is in de',
    ],
    [
      'an abridged edition',
      '(Abridged)',
      {},
      'ABRIDGED: expected the unabridged edition, the release is abridged',
    ],
    [
      'an unabridged edition, where the short one is wished',
      '(Unabridged)',
      { preferred: { edition: 'abridged' } },
      'ABRIDGED: expected the abridged edition, the release is unabridged',
    ],
    ['a dramatisation', '[Full Cast]', {}, 'DRAMATISED: expected a reading, the release is a dramatisation'],
    [
      'another narrator',
      'read by William Hope',
      { item: { narrator: 'Scott Brick' } },
      'NARRATOR: expected Scott Brick to read it, the release names william hope',
    ],
    [
      'another named edition',
      '(Anniversary Edition)',
      { preferred: { editionName: 'revised' } },
      'EDITION: expected the edition "revised", the release is "anniversary"',
    ],
    ['a pack', '(Books 1-7)', {}, 'PACK: expected one title, the release is a pack of several'],
    ['encrypted audio', 'AAX', {}, 'DRM: expected playable audio, aax is encrypted'],
  ])('refuse %s', (_what, tags, wish, rejection) => {
    expect(rejectionsOf(tags, wish)).toEqual([rejection]);
  });

  it.each<[string, string, Wish]>([
    ['an untold edition', 'M4B', { item: { narrator: 'Scott Brick' } }],
    ['the wished narrator', 'read by Scott Brick', { item: { narrator: 'Scott Brick' } }],
    [
      'one of the wished narrators',
      'read by Scott Brick',
      { item: { narrator: 'Scott Brick & Jefferson Mays' } },
    ],
    ['a narrator written otherwise', 'read by Scot Brick', { item: { narrator: 'Scott Brick' } }],
    ['the wished named edition', '(Revised)', { preferred: { editionName: 'revised' } }],
    ['an unnamed edition, where one is wished', '', { preferred: { editionName: 'revised' } }],
    ['any named edition, where none is wished', '(Anniversary Edition)', {}],
    ['a narrator without a name', 'read by the author', { item: { narrator: 'Isaac Q. Asimov' } }],
    ['any narrator, where none is wished', 'read by William Hope', {}],
    ['a wished dramatisation', '[Full Cast]', { preferred: { dramatised: true } }],
    ['any edition, where any is wished', '(Abridged)', { preferred: { edition: 'any' } }],
    ['a language that is not in the table, told by the indexer', '', { language: 'Klingon' }],
    ['any language, where the wished one is not in the table', '[French]', { item: { language: 'tlh' } }],
  ])('let %s pass', (_what, tags, wish) => {
    expect(rejectionsOf(tags, wish)).toEqual([]);
  });

  it('let an ebook be dramatised or abridged: those are words of audio', () => {
    const ebook: Wish = { item: { mediaType: 'ebook' } };
    const codes = rejectionsOf('(Abridged) [Full Cast] EPUB', ebook).map((text) => text.split(':')[0]);
    expect(codes).not.toContain('ABRIDGED');
    expect(codes).not.toContain('DRAMATISED');
  });
});
