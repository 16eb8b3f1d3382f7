import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { DEFAULT_PATH_TEMPLATE, renderFolder } from '../../../src/domain/acquisition/path-template.js';
import { bookFileNames } from '../../../src/domain/acquisition/file-names.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { Fault } from '../../../src/domain/faults.js';

const BOOK: MediaItem = { mediaType: 'audiobook', title: 'The Time Machine', author: 'H. G. Wells' };
const FULL: MediaItem = {
  ...BOOK,
  narrator: 'Scott Brick',
  series: 'Classics',
  seriesPart: '3',
  year: 1895,
  asin: 'B0036N4HZC',
  language: 'en',
};

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe('the default path template', () => {
  it('is the one that Audiobookshelf reads', () => {
    expect(DEFAULT_PATH_TEMPLATE).toBe(
      String.raw`{author}/{series}/{Vol seriesPart - }{(year) - }{title}{ [asin]}{ \{narrator\}}`,
    );
    expect(renderFolder(DEFAULT_PATH_TEMPLATE, FULL)).toBe(
      'H. G. Wells/Classics/Vol 3 - (1895) - The Time Machine [B0036N4HZC] {Scott Brick}',
    );
  });

  it('leaves out what is not known, with all around it', () => {
    expect(renderFolder(DEFAULT_PATH_TEMPLATE, BOOK)).toBe('H. G. Wells/The Time Machine');
    expect(renderFolder(DEFAULT_PATH_TEMPLATE, { ...BOOK, year: 1895 })).toBe(
      'H. G. Wells/(1895) - The Time Machine',
    );
  });
});

describe('a path template', () => {
  it.each([
    ['{title} in {language}', 'The Time Machine in en'],
    ['{series seriesPart/}{title}', 'Classics 3/The Time Machine'],
    ['Books/{author}//{title}/', 'Books/H. G. Wells/The Time Machine'],
    [String.raw`{title} \{x\}`, 'The Time Machine {x}'],
    [String.raw`{\title title}`, 'title The Time Machine'],
    [String.raw`{\{\{narrator\}\}}`, '{{Scott Brick}}'],
    [String.raw`{title}\\x`, 'The Time Machinex'],
    ['{subtitle title}', 'subtitle The Time Machine'],
    ['author/{title}', 'author/The Time Machine'],
    ['/../{title}/./..', 'The Time Machine'],
  ])('renders "%s" as "%s"', (template, folder) => {
    expect(renderFolder(template, FULL)).toBe(folder);
  });

  it('drops a block of two tokens when either is empty', () => {
    const { seriesPart: _part, ...unnumbered } = FULL;
    expect(renderFolder('{series seriesPart/}{title}', unnumbered)).toBe('The Time Machine');
  });

  it('never lets a value be read as a template', () => {
    const item = { ...BOOK, title: String.raw`{author} \{narrator\} $& $1` };
    expect(renderFolder('{title}', item)).toBe('{author} -{narrator-} $& $1');
  });

  it.each([
    ['{title', 'without its other half'],
    ['title}', 'without its other half'],
    ['{ {narrator}}', 'without its other half'],
    [String.raw`{title\}`, 'without its other half'],
    ['{titel}', 'unknown token: "{titel}"'],
    ['{}', 'unknown token: "{}"'],
    ['{TITLE}', 'unknown token'],
    ['{narrator}', 'no usable folder'],
    [' . /..', 'no usable folder'],
  ])('that is "%s" is refused', (template, message) => {
    expect(() => renderFolder(template, BOOK)).toThrow(message);
    expect(() => renderFolder(template, BOOK)).toThrow(Fault);
  });

  it('that makes a path too long for its files is refused', () => {
    const item = { ...BOOK, title: 'x'.repeat(255) };
    const deep = (folders: number): string => Array<string>(folders).fill('{title}').join('/');
    expect(bytesOf(renderFolder(deep(14), item))).toBe(14 * 256 - 1);
    expect(() => renderFolder(deep(15), item)).toThrow('no usable folder');
  });
});

describe('a name', () => {
  const nameOf = (title: string): string => renderFolder('{title}', { ...BOOK, title });

  it.each([
    ['a forbidden character', 'What? "If": A <B> | C*', 'What If A B C'],
    ['a slash, which is no folder', 'AC/DC \\ Live', 'AC-DC - Live'],
    ['a way out', '../../etc/passwd', '-..-etc-passwd'],
    ['leading and trailing dots and spaces', ' ...And Justice for All... ', 'And Justice for All'],
    ['line breaks and tabs', 'One\r\n\tTwo', 'One Two'],
    ['control characters', 'One\u0000\u0007\u0085Two', 'OneTwo'],
    ['a reversed writing direction', 'Photo \u202egnp.exe', 'Photo gnp.exe'],
    ['half a character', 'One\ud800Two', 'OneTwo'],
    ['a device', 'CON', '_CON'],
    ['a device with an extension', 'nul.txt', '_nul.txt'],
    ['a numbered device', 'Com1', '_Com1'],
    ['the beginning of a device', 'Conan', 'Conan'],
    ['nothing usable', '???', '_'],
    ['dots alone', '..', '_'],
  ])('is safe with %s', (_what, title, name) => {
    expect(nameOf(title)).toBe(name);
  });

  it('is the same for a composed and a decomposed spelling', () => {
    expect(nameOf('Cafe\u0301')).toBe(nameOf('Caf\u00e9'));
    expect(nameOf('Cafe\u0301')).toBe('Caf\u00e9');
  });

  it('is at most 255 bytes, cut between characters', () => {
    expect(nameOf('x'.repeat(255))).toBe('x'.repeat(255));
    expect(nameOf('x'.repeat(256))).toBe('x'.repeat(255));
    expect(nameOf('雪'.repeat(100))).toBe('雪'.repeat(85));
    expect(nameOf(`x${'😀'.repeat(70)}`)).toBe(`x${'😀'.repeat(63)}`);
    expect(nameOf(`${'x'.repeat(250)} . . . y`)).toBe('x'.repeat(250));
  });

  it('keeps the ASIN, and gives up the narrator and the end of the title for it', () => {
    const long = (title: string, narrator: string): string | undefined =>
      renderFolder(DEFAULT_PATH_TEMPLATE, { ...BOOK, title, narrator, asin: 'B0036N4HZC' }).split('/')[1];
    expect(long('雪'.repeat(100), 'Scott Brick')).toBe(`${'雪'.repeat(80)} [B0036N4HZC]`);
    expect(long('Snow', '雪'.repeat(100))).toBe('Snow [B0036N4HZC]');
  });

  it('is no device after its end was cut either', () => {
    expect(
      renderFolder('{title}{ \\{narrator\\}}', { ...BOOK, title: 'Con', narrator: 'x'.repeat(300) }),
    ).toBe('_Con');
  });
});

describe('renderFileNames', () => {
  it('gives one file the title', () => {
    expect(bookFileNames(BOOK, ['.m4b'])).toEqual(['The Time Machine.m4b']);
  });

  it('numbers several, padded by their count', () => {
    expect(bookFileNames(BOOK, ['.mp3', '.mp3'])).toEqual([
      '1 - The Time Machine.mp3',
      '2 - The Time Machine.mp3',
    ]);
    const many = bookFileNames(BOOK, Array<string>(100).fill('.mp3'));
    expect([many[0], many[99]]).toEqual(['001 - The Time Machine.mp3', '100 - The Time Machine.mp3']);
    expect(many.toSorted()).toEqual(many);
  });

  it.each([
    ['a title of forbidden characters alone', '?', '_.m4b'],
    ['a title with a slash', 'AC/DC', 'AC-DC.m4b'],
    ['a device', 'aux', '_aux.m4b'],
    ['a title that is too long', 'é'.repeat(150), `${'é'.repeat(98)}.m4b`],
  ])('keeps the extension behind %s', (_what, title, name) => {
    expect(bookFileNames({ ...BOOK, title }, ['.m4b'])).toEqual([name]);
  });
});

describe('whatever an item’s fields hold', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          '..',
          '/',
          '\\',
          '.',
          ' ',
          'CON',
          '{',
          '}',
          '\0',
          '雪',
          'é',
          '\ud83d',
          '[B0036N4HZC]',
        ),
        {
          minLength: 1,
          maxLength: 120,
        },
      )
      .map((parts) => parts.join('')),
  );
  const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(value, { nil: undefined });
  const items = fc
    .record({
      title: hostile,
      author: optional(hostile),
      narrator: optional(hostile),
      series: optional(hostile),
      seriesPart: optional(hostile),
      language: optional(hostile),
      year: optional(fc.integer()),
      asin: optional(fc.constant('B0036N4HZC')),
    })
    .map((fields) => ({ mediaType: 'audiobook', ...fields }) as MediaItem);

  const expectSafe = (name: string, maxBytes: number): void => {
    expect(name).not.toMatch(/^\.|^ |[. ]$|[<>:"/\\|?*]|^$/);
    expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i);
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(name).not.toMatch(/[\u0000-\u001f]|\p{Cs}/u);
    expect(name.normalize('NFC')).toBe(name);
    expect(bytesOf(name)).toBeLessThanOrEqual(maxBytes);
  };

  it('its folder stays below the root, and every name is one that a disk takes', () => {
    fc.assert(
      fc.property(items, (item) => {
        const folder = renderFolder(DEFAULT_PATH_TEMPLATE, item);
        expect(bytesOf(folder)).toBeLessThan(4_096);
        for (const name of folder.split('/')) expectSafe(name, 255);
        expect(folder.split('/').length).toBeLessThanOrEqual(3);
        if (item.asin !== undefined) expect(folder).toContain('[B0036N4HZC]');
      }),
      { numRuns: 500 },
    );
  });

  it('its files have safe names that differ in any case and any normal form', () => {
    const extensions = fc.array(fc.constantFrom('.mp3', '.m4b', '.flac'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(items, extensions, (item, all) => {
        const names = bookFileNames(item, all);
        for (const [at, name] of names.entries()) {
          expectSafe(name, 200);
          expect(name.endsWith(all[at] ?? '')).toBe(true);
        }
        expect(new Set(names.map((name) => name.normalize('NFD').toLowerCase())).size).toBe(all.length);
      }),
    );
  });

  it('any template renders to a safe folder or is refused as bad input', () => {
    const words = fc.constantFrom(
      '{',
      '}',
      '\\',
      '/',
      '..',
      'title',
      'author',
      'seriesPart',
      ' - ',
      'x',
      '{title}',
    );
    const templates = fc.array(words, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(templates, items, (template, item) => {
        try {
          for (const name of renderFolder(template, item).split('/')) expectSafe(name, 255);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          expect(error.kind).toBe('bad_input');
        }
      }),
      { numRuns: 500 },
    );
  });
});
