import { parseUrl } from '../parse-url.js';
import { child, childText, type XmlElement } from '../torznab-xml.js';
import {
  formatOf,
  OPEN_ACCESS,
  SORT_NEW,
  type CatalogPage,
  type Publication,
  type SearchLink,
} from './catalog.js';

/** A feed of OPDS 1.2; undefined for another document. */
export function readAtom(document: XmlElement, base: URL): CatalogPage | undefined {
  if (document.name !== 'feed') return undefined;
  const links = linksOf(document);
  return {
    title: childText(document, 'title') ?? 'OPDS catalogue',
    publications: document.children
      .filter(({ name }) => name === 'entry')
      .map((entry) => readEntry(entry, base))
      .filter((publication) => publication !== undefined),
    search: readSearch(links, base),
    next: hrefOf(links, 'next', base),
    newest: hrefOf(links, SORT_NEW, base),
  };
}

type Link = Record<string, string>;

function linksOf(element: XmlElement): Link[] {
  return element.children.filter(({ name }) => name === 'link').map(({ attributes }) => attributes);
}

function hrefOf(links: Link[], rel: string, base: URL): URL | undefined {
  const href = links.find((link) => link['rel'] === rel)?.['href'];
  return href === undefined ? undefined : parseUrl(href, base);
}

/** A description, or a template that stands in the link itself. */
function readSearch(links: Link[], base: URL): SearchLink | undefined {
  const found = links.filter(({ rel, href }) => rel === 'search' && href !== undefined);
  const link = found.find(({ href }) => href?.includes('{')) ?? found[0];
  const href = link?.['href'];
  if (href === undefined) return undefined;
  return { kind: href.includes('{') ? 'template' : 'description', href, base };
}

/** Undefined for an entry that only leads further. */
function readEntry(entry: XmlElement, base: URL): Publication | undefined {
  const title = childText(entry, 'title');
  const openAccess = linksOf(entry)
    .filter(({ rel }) => rel === OPEN_ACCESS)
    .flatMap(({ href, type, length }) => {
      const url = href === undefined ? undefined : parseUrl(href, base);
      const format = formatOf(type);
      return url === undefined || format === undefined
        ? []
        : [{ url, format, sizeBytes: Number(length) > 0 ? Number(length) : undefined }];
    });
  if (title === undefined || openAccess.length === 0) return undefined;
  return {
    id: childText(entry, 'id') ?? title,
    title,
    authors: entry.children
      .filter(({ name }) => name === 'author')
      .map((author) => childText(author, 'name'))
      .filter((name) => name !== undefined),
    language: childText(entry, 'language'),
    published: childText(entry, 'published') ?? childText(entry, 'updated'),
    openAccess,
  };
}

/** The template of an OpenSearch description: that of a feed, not of a web page. */
export function readDescription(document: XmlElement): string | undefined {
  if (document.name !== 'OpenSearchDescription') return undefined;
  const urls = document.children.filter(({ name }) => name === 'Url').map(({ attributes }) => attributes);
  const feed = urls.find(({ type }) => /atom\+xml|opds\+json/i.test(type ?? ''));
  return feed?.['template'] ?? child(document, 'Url')?.attributes['template'];
}
