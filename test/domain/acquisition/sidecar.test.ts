import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';

import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { metadataJson, metadataOpf } from '../../../src/domain/acquisition/sidecar.js';

const BOOK: MediaItem = {
  mediaType: 'audiobook',
  title: 'The Time Machine',
  author: 'H. G. Wells',
  narrator: 'Scott Brick',
  series: 'Classics',
  seriesPart: '3',
  year: 1895,
  asin: 'B0036N4HZC',
  isbn: '9780553293357',
  language: 'en',
};
const BARE: MediaItem = { mediaType: 'audiobook', title: 'Beowulf' };

// eslint-disable-next-line no-control-regex -- what XML 1.0 has no way to write
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

interface Element {
  name: string;
  uri: string;
  attributes: Record<string, string>;
  text: string;
}

/** Every element in document order. @throws where the text is no well-formed XML with namespaces. */
function parseXml(text: string): Element[] {
  const parser = new SaxesParser({ xmlns: true });
  const found: Element[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, uri, attributes }) => {
    const values = Object.entries(attributes).map(([key, { value }]) => [key, value] as const);
    found.push({ name, uri, attributes: Object.fromEntries(values), text: '' });
  });
  parser.on('text', (part) => {
    const last = found.at(-1);
    if (last !== undefined) last.text += part;
  });
  parser.write(text).close();
  return found.map((element) => ({ ...element, text: element.text.replace(/\n *$/, '') }));
}

const textOf = (elements: Element[], name: string): string[] =>
  elements.filter((element) => element.name === name).map(({ text }) => text);

describe('metadata.opf', () => {
  it('tells every field with its role and scheme, in the namespaces of OPF 2', () => {
    const elements = parseXml(metadataOpf(BOOK));
    expect(elements[0]).toMatchObject({ name: 'package', uri: 'http://www.idpf.org/2007/opf' });
    expect(elements.find(({ name }) => name === 'dc:title')).toMatchObject({
      uri: 'http://purl.org/dc/elements/1.1/',
      text: 'The Time Machine',
    });
    const creators = elements.filter(({ name }) => name === 'dc:creator');
    expect(creators.map(({ attributes, text }) => [attributes['opf:role'], text])).toEqual([
      ['aut', 'H. G. Wells'],
      ['nrt', 'Scott Brick'],
    ]);
    expect(textOf(elements, 'dc:date')).toEqual(['1895']);
    expect(textOf(elements, 'dc:language')).toEqual(['en']);
    expect(elements.filter(({ name }) => name === 'meta').map(({ attributes }) => attributes)).toEqual([
      { name: 'calibre:series', content: 'Classics' },
      { name: 'calibre:series_index', content: '3' },
    ]);
  });

  it.each<[string, MediaItem, string[]]>([
    ['the ASIN', BOOK, ['ASIN', 'ISBN']],
    ['the ISBN', { ...BARE, isbn: '9780553293357' }, ['ISBN']],
    ['the title', BARE, ['title']],
  ])('names one unique identifier: %s first', (_what, item, schemes) => {
    const elements = parseXml(metadataOpf(item));
    const identifiers = elements.filter(({ name }) => name === 'dc:identifier');
    expect(identifiers.map(({ attributes }) => attributes['opf:scheme'])).toEqual(schemes);
    expect(identifiers.map(({ attributes }) => attributes['id'])).toEqual(
      schemes.map((_scheme, at) => (at === 0 ? 'id' : undefined)),
    );
    expect(elements[0]?.attributes['unique-identifier']).toBe('id');
  });

  it('leaves out what is not known', () => {
    const names = new Set(parseXml(metadataOpf(BARE)).map(({ name }) => name));
    expect(names).toEqual(new Set(['package', 'metadata', 'dc:title', 'dc:identifier']));
  });

  it('keeps a hostile title as text', () => {
    const title = '</dc:title><script>&amp; "x" \'y\' ]]> <!-- --> <?x?>';
    expect(textOf(parseXml(metadataOpf({ ...BARE, title })), 'dc:title')).toEqual([title]);
    const series = 'A "B" & <C>\n\tD';
    const meta = parseXml(metadataOpf({ ...BARE, series })).find(({ name }) => name === 'meta');
    expect(meta?.attributes['content']).toBe(series);
  });

  it('is well-formed whatever the fields hold, and loses no character that XML can write', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, text, (title, series) => {
        const elements = parseXml(metadataOpf({ ...BOOK, title: `${title}.`, author: series, series }));
        const writable = `${title}.`.replace(UNWRITABLE, '');
        expect(textOf(elements, 'dc:title')).toEqual([writable]);
        expect(elements.filter(({ name }) => name === 'meta')).toHaveLength(2);
      }),
    );
  });
});

describe('metadata.json', () => {
  it('has the shape that Audiobookshelf reads', () => {
    const chapters = [
      { title: 'One', startSeconds: 0, endSeconds: 12.5 },
      { title: 'Two "2"', startSeconds: 12.5, endSeconds: 30 },
    ];
    expect(JSON.parse(metadataJson(BOOK, chapters))).toEqual({
      title: 'The Time Machine',
      authors: ['H. G. Wells'],
      narrators: ['Scott Brick'],
      series: ['Classics #3'],
      publishedYear: '1895',
      isbn: '9780553293357',
      asin: 'B0036N4HZC',
      language: 'en',
      chapters: [
        { id: 0, start: 0, end: 12.5, title: 'One' },
        { id: 1, start: 12.5, end: 30, title: 'Two "2"' },
      ],
    });
  });

  it('has empty lists and nulls for what is not known', () => {
    expect(JSON.parse(metadataJson(BARE, []))).toEqual({
      title: 'Beowulf',
      ...{ authors: [], narrators: [], series: [], chapters: [] },
      ...{ publishedYear: null, isbn: null, asin: null, language: null },
    });
    const series = (item: Partial<MediaItem>): unknown =>
      (JSON.parse(metadataJson({ ...BARE, ...item }, [])) as { series: unknown }).series;
    expect(series({ series: 'Classics' })).toEqual(['Classics']);
    expect(series({ seriesPart: '3' })).toEqual([]);
  });

  it('is a text file: it ends with a line break', () => {
    expect(metadataJson(BARE, [])).toMatch(/^\{\n[^]*\n\}\n$/);
  });
});
