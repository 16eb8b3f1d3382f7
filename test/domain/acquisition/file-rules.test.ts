import { describe, expect, it } from '@jest/globals';

import { decide } from '../../../src/domain/acquisition/decide.js';
import { refuseFiles } from '../../../src/domain/acquisition/file-rules.js';
import { makeInput, makeRelease } from './releases.js';

const codesOf = (...fileNames: string[]): string[] =>
  (decide(makeInput([makeRelease({ fileNames })])).candidates[0]?.rejections ?? []).map(({ code }) => code);

describe('the file rules', () => {
  it.each('lnk ps1 scr vbs arj lzh zipx exe bat cmd sh'.split(' '))('refuse a .%s', (extension) => {
    expect(codesOf('Foundation.m4b', `Extras/Player.${extension.toUpperCase()}`)).toEqual(['DANGEROUS_NAME']);
  });

  it('refuse encrypted audio alone', () => {
    expect(codesOf('Foundation.aax')).toEqual(['DRM']);
    expect(codesOf('Foundation.aax', 'Foundation.m4b')).toEqual([]);
  });

  it('let media pass, and what tells no names', () => {
    expect(codesOf('Foundation.m4b', 'cover.jpg', 'info.nfo')).toEqual([]);
    expect(codesOf()).toEqual([]);
  });

  it('say why in a sentence, for a torrent that is looked into', () => {
    expect(refuseFiles(['a.exe'])).toBe('expected media alone, it brings a program: "a.exe"');
    expect(refuseFiles(['a.aax'])).toBe('expected playable audio, "a.aax" is encrypted');
    expect(refuseFiles(['a.m4b'])).toBeUndefined();
  });
});
