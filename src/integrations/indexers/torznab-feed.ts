import type { Release } from '../../domain/acquisition/release.js';
import type { IndexerCaps } from './port.js';
import { child, childText, type XmlElement } from './torznab-xml.js';

/** The items of a feed; undefined when the document is no feed (no channel). */
export function readFeed(document: XmlElement, indexerId: string): Release[] | undefined {
  const channel = document.name === 'rss' ? child(document, 'channel') : undefined;
  if (channel === undefined) return undefined;
  return channel.children
    .filter(({ name }) => name === 'item')
    .map((item) => readItem(item, indexerId))
    .filter((release) => release !== undefined);
}

/** Attributes of both namespaces are alike: `<torznab:attr name="seeders" value="5"/>` (acquisition.md §2.1). */
function readAttributes(item: XmlElement): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  for (const { name, attributes: given } of item.children) {
    const { name: key, value } = given;
    if (name !== 'attr' || key === undefined || value === undefined) continue;
    attributes.set(key.toLowerCase(), [...(attributes.get(key.toLowerCase()) ?? []), value]);
  }
  return attributes;
}

function readItem(item: XmlElement, indexerId: string): Release | undefined {
  const title = childText(item, 'title');
  if (title === undefined) return undefined;
  const attributes = readAttributes(item);
  const text = (name: string): string | undefined => attributes.get(name)?.[0];
  const enclosure = child(item, 'enclosure')?.attributes ?? {};
  const link = enclosure['url'] ?? childText(item, 'link');
  const magnet = text('magneturl') ?? (link?.startsWith('magnet:') === true ? link : undefined);
  const published = Date.parse(childText(item, 'pubDate') ?? '');
  return dropUndefined({
    indexerId,
    title,
    guid: childText(item, 'guid') ?? link ?? title,
    protocol: enclosure['type'] === 'application/x-nzb' ? ('usenet' as const) : ('torrent' as const),
    downloadUrl: link?.startsWith('magnet:') === true ? undefined : link,
    magnetUrl: magnet,
    infoHash: text('infohash')?.toLowerCase(),
    sizeBytes: number(childText(item, 'size')) ?? number(text('size')) ?? number(enclosure['length']) ?? 0,
    categories: readCategories(item, attributes),
    seeders: number(text('seeders')),
    peers: number(text('peers')),
    publishedAt: Number.isNaN(published) ? undefined : new Date(published).toISOString(),
    author: text('author'),
    bookTitle: text('booktitle'),
    language: text('language'),
    minimumRatio: number(text('minimumratio')),
    minimumSeedTimeSeconds: number(text('minimumseedtime')),
    freeleech: number(text('downloadvolumefactor')) === 0,
  });
}

function readCategories(item: XmlElement, attributes: Map<string, string[]>): number[] {
  const told = [
    ...item.children.filter(({ name }) => name === 'category').map(({ text }) => text.trim()),
    ...(attributes.get('category') ?? []),
  ];
  return [...new Set(told.map(Number).filter((id) => Number.isInteger(id) && id > 0))];
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The type of an object whose undefined members are left out. */
type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

function dropUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** What an indexer says it can do; undefined when the document is no caps document. */
export function readCaps(document: XmlElement): IndexerCaps | undefined {
  if (document.name !== 'caps') return undefined;
  const limits = child(document, 'limits')?.attributes ?? {};
  const searching: Record<string, string[]> = {};
  for (const { name, attributes } of child(document, 'searching')?.children ?? []) {
    if (attributes['available'] !== 'yes') continue;
    searching[name] = (attributes['supportedParams'] ?? 'q').split(',').map((parameter) => parameter.trim());
  }
  return {
    server: child(document, 'server')?.attributes['title'] ?? 'unknown',
    searching,
    pageSize: number(limits['max']) ?? number(limits['default']) ?? 100,
    categories: readCategoryTree(child(document, 'categories')?.children ?? []),
  };
}

function readCategoryTree(elements: XmlElement[]): IndexerCaps['categories'] {
  return elements.flatMap(({ attributes, children }) => {
    const id = number(attributes['id']);
    const own = id === undefined ? [] : [{ id, name: attributes['name'] ?? String(id) }];
    return [...own, ...readCategoryTree(children)];
  });
}
