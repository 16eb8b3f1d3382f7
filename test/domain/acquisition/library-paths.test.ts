import { describe, expect, it } from '@jest/globals';

import { fromServerPath, inLibrary, toServerPath } from '../../../src/domain/acquisition/library-paths.js';

const hostRootOf = (): string => '/srv/media';
const place = (root: string, ...mappings: [string, string][]) => ({
  root,
  pathMappings: mappings.map(([remote, logical]) => ({ remote, logical })),
});

describe('the paths of a library', () => {
  it.each([
    ['library:', '', 'library:'],
    ['library:Books', '', 'library:Books'],
    ['library:Books', 'A/B', 'library:Books/A/B'],
  ])('in %s, %j is %s', (root, relative, expected) => {
    expect(inLibrary({ root }, relative)).toBe(expected);
  });

  it.each([
    ['without a mapping under our own path', place('library:Books'), 'A/B', '/srv/media/Books/A/B'],
    [
      'by a mapping of the library',
      place('library:Books', ['/data/b', 'library:Books']),
      'A/B',
      '/data/b/A/B',
    ],
    ['by a mapping of its root', place('library:Books', ['/data', 'library:']), 'A', '/data/Books/A'],
    ['of Windows', place('library:', ['D:\\Media', 'library:']), 'A/B', 'D:\\Media\\A\\B'],
  ])('go to the server and back: %s', (_what, where, relative, remote) => {
    expect(toServerPath(where, relative, hostRootOf)).toBe(remote);
    expect(fromServerPath(where, remote, hostRootOf)).toBe(relative);
  });

  it.each([
    ['beside the library', place('library:Books', ['/data', 'library:']), '/data/Films/X'],
    ['of a name that only begins alike', place('library:Books', ['/data/b', 'library:Books']), '/data/b2/X'],
    ['of another root', place('library:', ['/data', 'public:']), '/data/X'],
    ['that climbs out', place('library:'), '/srv/media/../x'],
  ])('has no path of ours for one %s', (_what, where, remote) => {
    expect(fromServerPath(where, remote, hostRootOf)).toBeUndefined();
  });
});
