import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { relativeToRemote, toLogical, toRemote } from '../../../src/domain/acquisition/path-mapping.js';

const mappings = [
  { remote: '/a/done', logical: 'downloads:done' },
  { remote: '/a', logical: 'inbox:' },
  { remote: '/a/done/books', logical: 'library:Books' },
];

describe('a path of another host', () => {
  it.each([
    ['/a/done/x.m4b', 'downloads:done/x.m4b'],
    ['/a/done', 'downloads:done'],
    ['/a/done/', 'downloads:done'],
    ['/a//done/./x', 'downloads:done/x'],
    ['/a/done2/x', 'inbox:done2/x'],
    ['/a/Done/x', 'inbox:Done/x'],
    ['/a/done/books/One', 'library:Books/One'],
    ['/a/done/books\\One', 'downloads:done/books\\One'],
  ])('%s is %s by the longest mapping', (remote, logical) => {
    expect(toLogical(mappings, remote)).toBe(logical);
  });

  it.each(['/b/done/x', 'a/done/x', '/a/done/../../etc', '/a/done/x\0', 'C:\\a\\done', ''])(
    '"%s" is covered by none',
    (remote) => {
      expect(toLogical(mappings, remote)).toBeUndefined();
    },
  );

  it('takes the mapping of / for every absolute path', () => {
    expect(toLogical([{ remote: '/', logical: 'library:' }], '/x/y')).toBe('library:x/y');
  });

  it.each([
    ['D:\\Media\\Books\\One', 'library:One'],
    ['d:/media/BOOKS/One/Two', 'library:One/Two'],
    ['\\\\NAS\\share\\One', 'public:One'],
  ])('%s in the spelling of Windows is %s, whatever its capitals', (remote, logical) => {
    const windows = [
      { remote: 'D:\\Media\\Books\\', logical: 'library:' },
      { remote: '\\\\nas\\share', logical: 'public:' },
    ];
    expect(toLogical(windows, remote)).toBe(logical);
  });

  it('is told below a folder by whole names', () => {
    expect(relativeToRemote('/media/books', '/media/books/A/B')).toBe('A/B');
    expect(relativeToRemote('/media/books', '/media/books')).toBe('');
    expect(relativeToRemote('/media/books', '/media/books2/A')).toBeUndefined();
    expect(relativeToRemote('E:\\', 'e:\\A\\B')).toBe('A/B');
  });
});

describe('a logical path for another host', () => {
  it.each([
    ['downloads:done/x', '/a/done/x'],
    ['downloads:done', '/a/done'],
    ['inbox:x/y', '/a/x/y'],
    ['library:Books/One', '/a/done/books/One'],
  ])('%s is %s there', (logical, remote) => {
    expect(toRemote(mappings, logical)).toBe(remote);
  });

  it('is spelled as Windows does for a folder of Windows', () => {
    expect(toRemote([{ remote: 'D:\\Media', logical: 'library:' }], 'library:A/B')).toBe('D:\\Media\\A\\B');
    expect(toRemote([{ remote: 'D:', logical: 'library:' }], 'library:A')).toBe('D:\\A');
    expect(toRemote([{ remote: '//nas/share', logical: 'library:' }], 'library:A')).toBe('/nas/share/A');
  });

  it('is the host’s own where no mapping covers it, as for a client on the same host', () => {
    expect(toRemote(mappings, 'downloads:done2/x')).toBeUndefined();
    expect(toRemote(mappings, 'downloads:done2/x', () => '/srv/downloads')).toBe('/srv/downloads/done2/x');
  });

  it('comes back as the same logical path', () => {
    const names = fc.array(fc.stringMatching(/^[a-z ]{1,5}$/), { maxLength: 4 });
    const remote = fc.constantFrom('/a', '/a/b/', 'C:\\x', '\\\\nas\\y');
    fc.assert(
      fc.property(names, names, remote, (base, rest, folder) => {
        const mapping = [{ remote: folder, logical: `library:${base.join('/')}` }];
        const logical = `library:${[...base, ...rest].join('/')}`;
        expect(toLogical(mapping, toRemote(mapping, logical) ?? '')).toBe(logical);
      }),
    );
  });
});
