import type { Protocol, Release } from '../../domain/acquisition/release.js';
import type { IndexerCaps } from './port.js';
import { dropUndefined } from './drop-undefined.js';
import { idWithoutKeys, withoutKeys } from './info-url.js';
import { child, childText, type XmlElement } from './torznab-xml.js';

export interface Feed {
  releases: Release[];
  /** Items of this page, readable or not: paging counts them all. */
  items: number;
  /** All matches, where the indexer tells it (`newznab:response@total`). */
  total: number | undefined;
  /** Items that say of themselves that they are torrents. */
  torrents: number;
}

export interface FeedReader {
  indexerId: string;
  /** Takes the indexer's key out of links and ids. */
  hide: (link: string) => string;
  /** Of items that do not say it. */
  protocol: Protocol;
}

/** The releases of a feed; undefined when the document is no feed (no channel). */
export function readFeed(document: XmlElement, reader: FeedReader): Feed | undefined {
  const channel = document.name === 'rss' ? child(document, 'channel') : undefined;
  if (channel === undefined) return undefined;
  const items = channel.children.filter(({ name }) => name === 'item');
  return {
    releases: items.map((item) => readItem(item, reader)).filter((release) => release !== undefined),
    items: items.length,
    total: number(child(channel, 'response')?.attributes['total']),
    torrents: items.filter((item) => protocolOf(item) === 'torrent').length,
  };
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

/** Undefined for an item without a title or a link: nothing could be done with it. */
function readItem(item: XmlElement, { indexerId, hide, protocol }: FeedReader): Release | undefined {
  const title = childText(item, 'title');
  const attributes = readAttributes(item);
  const links = readLinks(item, attributes.get('magneturl')?.[0]);
  const link = links.downloadUrl ?? links.magnetUrl;
  if (title === undefined || link === undefined) return undefined;
  return dropUndefined({
    indexerId,
    title: hide(title),
    guid: idWithoutKeys(childText(item, 'guid') ?? link, hide),
    protocol: protocolOf(item) ?? protocol,
    downloadUrl: links.downloadUrl === undefined ? undefined : hide(links.downloadUrl),
    magnetUrl: links.magnetUrl === undefined ? undefined : hide(links.magnetUrl),
    categories: readCategories(item, attributes),
    sizeBytes: readSize(item, attributes),
    publishedAt: readTime(childText(item, 'pubDate')),
    infoUrl: withoutKeys(childText(item, 'comments'), hide),
    ...readTold(attributes),
  });
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'application/x-nzb': 'usenet',
  'application/x-bittorrent': 'torrent',
  'application/x-bittorrent;x-scheme-handler/magnet': 'torrent',
};

function protocolOf(item: XmlElement): Protocol | undefined {
  return PROTOCOLS[child(item, 'enclosure')?.attributes['type'] ?? ''];
}

/** Some indexers put a magnet link where the file's address belongs. */
function readLinks(
  item: XmlElement,
  magnetUrl: string | undefined,
): { downloadUrl: string | undefined; magnetUrl: string | undefined } {
  const link = child(item, 'enclosure')?.attributes['url'] ?? childText(item, 'link');
  if (link?.startsWith('magnet:') === true) return { downloadUrl: undefined, magnetUrl: magnetUrl ?? link };
  return { downloadUrl: link, magnetUrl };
}

function readTold(attributes: Map<string, string[]>): Partial<Release> & Pick<Release, 'freeleech'> {
  const text = (name: string): string | undefined => attributes.get(name)?.[0]?.trim();
  const hash = text('infohash')?.toLowerCase();
  return dropUndefined({
    infoHash: hash !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) ? hash : undefined,
    seeders: number(text('seeders')),
    peers: number(text('peers')),
    author: text('author'),
    bookTitle: text('booktitle'),
    language: text('language'),
    narrator: text('narrator'),
    files: number(text('files')),
    grabs: number(text('grabs')),
    imdbId: readImdbId(text('imdb') ?? text('imdbid')),
    tmdbId: readId(text('tmdbid')),
    tvdbId: readId(text('tvdbid')),
    minimumRatio: number(text('minimumratio')),
    minimumSeedTimeSeconds: number(text('minimumseedtime')),
    freeleech: number(text('downloadvolumefactor')) === 0,
  });
}

/** Seven digits or more, with or without `tt`; zero is no id. */
function readImdbId(text: string | undefined): string | undefined {
  const digits = /^(?:tt)?(\d{1,10})$/i.exec(text ?? '')?.[1];
  return digits === undefined || Number(digits) === 0 ? undefined : `tt${digits.padStart(7, '0')}`;
}

function readId(text: string | undefined): number | undefined {
  const id = number(text);
  return id !== undefined && Number.isInteger(id) && id > 0 ? id : undefined;
}

function readSize(item: XmlElement, attributes: Map<string, string[]>): number {
  const told = [
    childText(item, 'size'),
    attributes.get('size')?.[0],
    child(item, 'enclosure')?.attributes['length'],
  ];
  return told.map(number).find((size) => size !== undefined && size > 0) ?? 0;
}

function readTime(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
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

/** What an indexer says it can do; undefined when the document is no caps document. */
export function readCaps(document: XmlElement): IndexerCaps | undefined {
  if (document.name !== 'caps') return undefined;
  const limits = child(document, 'limits')?.attributes ?? {};
  const searching: Record<string, string[]> = {};
  for (const { name, attributes } of child(document, 'searching')?.children ?? []) {
    if (attributes['available'] !== 'yes') continue;
    searching[name] = (attributes['supportedParams'] ?? 'q')
      .split(',')
      .map((parameter) => parameter.trim().toLowerCase());
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
