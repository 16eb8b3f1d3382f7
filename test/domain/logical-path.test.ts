import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { Fault } from '../../src/domain/faults.js';
import { logicalPath, parseLogicalPath, ROOTS } from '../../src/domain/logical-path.js';

describe('a logical path', () => {
  it.each([
    ['library:Author/Title', 'library', 'Author/Title'],
    ['library:', 'library', ''],
    ['scratch:./a//b/', 'scratch', 'a/b'],
    ['library:Re: Colon/x', 'library', 'Re: Colon/x'],
    ['library:..hidden/a..b/...', 'library', '..hidden/a..b/...'],
    ['library:a\\..\\b', 'library', 'a\\..\\b'],
  ])('"%s" is read', (text, root, relative) => {
    expect(parseLogicalPath(text)).toEqual({ root, relative });
  });

  it.each([
    ['Author/Title', 'Expected a path like'],
    ['', 'Expected a path like'],
    [':x', 'Expected a path like'],
    ['nowhere:x', 'Expected a path like'],
    ['Library:x', 'Expected a path like'],
    ['constructor:x', 'Expected a path like'],
    ['library:..', 'inside its root'],
    ['library:a/../b', 'inside its root'],
    ['library:a/..', 'inside its root'],
    ['library:/etc', 'inside its root'],
    ['library:a\0b', 'inside its root'],
  ])('"%s" is refused', (text, message) => {
    expect(() => parseLogicalPath(text)).toThrow(message);
    expect(() => parseLogicalPath(text)).toThrow(Fault);
  });

  const root = fc.constantFrom(...ROOTS);
  const relative = fc
    .array(
      fc.oneof(
        fc.constantFrom('..', '.', '', '/', '\\', ' ', '...', '\0', ':'),
        fc.string({ unit: 'binary' }),
      ),
    )
    .map((names) => names.join('/'));

  it('never leaves its root, whatever it says', () => {
    fc.assert(
      fc.property(root, relative, (name, text) => {
        try {
          const parsed = parseLogicalPath(`${name}:${text}`);
          const folder = `/mnt/${parsed.root}`;
          const resolved = path.posix.resolve(folder, parsed.relative);
          expect(resolved === folder || resolved.startsWith(`${folder}/`)).toBe(true);
          expect(resolved.split('/')).not.toContain('..');
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          expect(error.kind).toBe('bad_input');
        }
      }),
    );
  });

  it('is read back as it was made, and made the same again', () => {
    const names = fc.array(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => !/[/\0]|^\.\.?$/.test(name)),
    );
    fc.assert(
      fc.property(root, names, (name, parts) => {
        const text = logicalPath(name, parts.join('/'));
        expect(parseLogicalPath(text)).toEqual({ root: name, relative: parts.join('/') });
        expect(logicalPath(name, parseLogicalPath(text).relative)).toBe(text);
      }),
    );
  });
});
