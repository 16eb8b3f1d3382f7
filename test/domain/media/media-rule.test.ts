import { describe, expect, it } from '@jest/globals';

import { ruleApplies, type MediaRule, type RuledVideo } from '../../../src/domain/media/media-rule.js';
import { directoryTypeOf, scannedPlace } from '../../../src/domain/media/scanned-place.js';

const rule: Pick<MediaRule, 'enabled' | 'filed' | 'places' | 'videos'> = {
  ...{ enabled: true, filed: false, places: ['inbox:'], videos: 'all' },
};
const video: RuledVideo = { place: 'inbox:new/a.mkv', filed: false, valid: true, playable: false };

describe('a rule of the media library', () => {
  it.each([
    ['what is below its place', {}, {}, true],
    ['nothing while it is off', { enabled: false }, {}, false],
    ['nothing elsewhere', { places: ['library:films'] }, {}, false],
    ['no folder whose name only begins alike', { places: ['inbox:ne'] }, {}, false],
    ['its folder', { places: ['inbox:new'] }, {}, true],
    ['its folder with a slash', { places: ['inbox:new/'] }, {}, true],
    ['what was filed, wherever it is', { places: [], filed: true }, { filed: true }, true],
    ['nothing that was filed where it was not asked to', { places: [] }, { filed: true }, false],
    ['what is no video, where it is for all', {}, { valid: false, playable: null }, true],
    ['no broken file', { videos: 'valid' }, { valid: false, playable: null }, false],
    ['nothing that nobody could look into', { videos: 'valid' }, { valid: null, playable: null }, false],
    ['what browsers cannot play', { videos: 'unplayable' }, {}, true],
    ['nothing that they can', { videos: 'unplayable' }, { playable: true }, false],
  ] as const)('is for %s', (_name, own, given, applies) => {
    const meant = { ...rule, ...own, places: [...('places' in own ? own.places : rule.places)] };
    expect(ruleApplies(meant, { ...video, ...given })).toBe(applies);
  });
});

describe('the place that a scan is told by a word', () => {
  it.each([
    ['videos', 'library', 'videos'],
    ['films/new', 'library', 'films/new'],
    ['inbox:', 'inbox', ''],
    ['inbox:new', 'inbox', 'new'],
    ['library:', 'library', ''],
    ['public:a', 'library', 'public:a'],
  ] as const)('%s', (word, root, folder) => {
    expect(scannedPlace(word)).toEqual({ root, folder });
    expect(directoryTypeOf({ root, folder })).toBe(word);
  });
});
