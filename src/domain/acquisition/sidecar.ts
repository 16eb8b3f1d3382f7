import type { MediaItem } from './release.js';

export interface SidecarChapter {
  title: string;
  startSeconds: number;
  endSeconds: number;
}

/** metadata.json in the shape that Audiobookshelf reads. */
export function metadataJson(item: MediaItem, chapters: readonly SidecarChapter[]): string {
  const series =
    item.series === undefined
      ? []
      : [item.seriesPart === undefined ? item.series : `${item.series} #${item.seriesPart}`];
  return `${JSON.stringify(
    {
      title: item.title,
      authors: item.author === undefined ? [] : [item.author],
      narrators: item.narrator === undefined ? [] : [item.narrator],
      series,
      publishedYear: item.year === undefined ? null : String(item.year),
      isbn: item.isbn ?? null,
      asin: item.asin ?? null,
      language: item.language ?? null,
      chapters: chapters.map(({ title, startSeconds, endSeconds }, id) => ({
        id,
        start: startSeconds,
        end: endSeconds,
        title,
      })),
    },
    undefined,
    2,
  )}\n`;
}

/** OPF 2 for readers that know no other sidecar. */
export function metadataOpf(item: MediaItem): string {
  const known = [
    ...element('identifier', item.asin, ' opf:scheme="ASIN"'),
    ...element('identifier', item.isbn, ' opf:scheme="ISBN"'),
  ];
  // OPF demands one.
  const [first = '', ...others] =
    known.length > 0 ? known : element('identifier', item.title, ' opf:scheme="title"');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<package version="2.0" xmlns="http://www.idpf.org/2007/opf" unique-identifier="id">',
    '  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">',
    ...element('title', item.title),
    ...element('creator', item.author, ' opf:role="aut"'),
    ...element('creator', item.narrator, ' opf:role="nrt"'),
    ...element('date', item.year),
    ...element('language', item.language),
    first.replace(' opf:', ' id="id" opf:'),
    ...others,
    ...meta('calibre:series', item.series),
    ...meta('calibre:series_index', item.seriesPart),
    '  </metadata>',
    '</package>',
    '',
  ].join('\n');
}

function element(name: string, value: string | number | undefined, attributes = ''): string[] {
  return value === undefined ? [] : [`    <dc:${name}${attributes}>${escapeXml(String(value))}</dc:${name}>`];
}

function meta(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`    <meta name="${name}" content="${escapeXml(value)}"/>`];
}

// eslint-disable-next-line no-control-regex -- XML 1.0 has no way to write these characters
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** Line breaks as references: a parser would make spaces of them in an attribute. */
function escapeXml(text: string): string {
  return text
    .replaceAll(NOT_XML, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
