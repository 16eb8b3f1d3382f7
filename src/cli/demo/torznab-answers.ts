import type { TorznabItem } from './torznab-server.js';

const PAGE = 100;

export const CAPS = `<caps><server title="Demo indexer"/><limits max="${PAGE}" default="${PAGE}"/>
<searching><search available="yes" supportedParams="q"/><movie-search available="no" supportedParams="q"/>
<book-search available="yes" supportedParams="q,author,title"/></searching>
<categories><category id="3000" name="Audio"><subcat id="3030" name="Audiobook"/></category><category id="2000" name="Movies"/></categories></caps>`;

/** The RSS feed for one search: filtered by words and categories, one page of it. */
export function writeFeed({
  items,
  apiKey,
  url,
}: {
  items: readonly TorznabItem[];
  apiKey: string;
  url: URL;
}): string {
  const parameters = url.searchParams;
  const found = items.filter((item) => isWanted(item, parameters));
  const offset = Number(parameters.get('offset') ?? 0);
  const limit = Math.min(PAGE, Number(parameters.get('limit') ?? PAGE));
  const written = found.slice(offset, offset + limit).map((item) => {
    const link = `${url.origin}/download/${encodeURIComponent(item.guid)}?apikey=${encodeURIComponent(apiKey)}`;
    return writeItem(item, link);
  });
  return `<rss version="2.0" xmlns:torznab="http://torznab.com/schemas/2015/feed" xmlns:newznab="http://www.newznab.com/DTD/2010/feeds/attributes/">
<channel><title>Demo indexer</title><newznab:response offset="${offset}" total="${found.length}"/>
${written.join('\n')}
</channel></rss>`;
}

/** Most of the words, as full-text searches do it: so that people meet releases that must be refused. */
function isWanted(item: TorznabItem, parameters: URLSearchParams): boolean {
  const categories = (parameters.get('cat') ?? '').split(',').map(Number).filter(Boolean);
  const asked = ['q', 'author', 'title'].map((name) => parameters.get(name) ?? '').join(' ');
  const words = asked.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const text = `${item.title} ${item.author ?? ''} ${item.bookTitle ?? ''}`.toLowerCase();
  const hits = words.filter((word) => text.includes(word)).length;
  if (!hasAskedIds(item, parameters)) return false;
  return (categories.length === 0 || categories.includes(item.category)) && hits >= words.length * 0.6;
}

/** Of those parameters that ask for an id, each must be the item's own. */
function hasAskedIds({ attributes }: TorznabItem, parameters: URLSearchParams): boolean {
  return ['imdbid', 'tmdbid', 'tvdbid', 'season', 'ep']
    .filter((name) => parameters.has(name))
    .every((name) => attributes?.[name === 'imdbid' ? 'imdb' : name] === parameters.get(name));
}

function writeItem(item: TorznabItem, link: string): string {
  const attributes: [string, string | number | undefined][] = [
    ['category', item.category],
    ['seeders', item.seeders],
    ['peers', item.peers ?? item.seeders],
    ['infohash', item.infoHash],
    ['author', item.author],
    ['booktitle', item.bookTitle],
    ...Object.entries(item.attributes ?? {}),
  ];
  const told = attributes.filter(([, value]) => value !== undefined);
  const published =
    item.publishedAt === undefined ? '' : `<pubDate>${new Date(item.publishedAt).toUTCString()}</pubDate>`;
  return `<item><title>${escape(item.title)}</title><guid>${escape(item.guid)}</guid><size>${item.sizeBytes}</size>${published}
<link>${escape(link)}</link><enclosure url="${escape(link)}" length="${item.sizeBytes}" type="${item.nzb === undefined ? 'application/x-bittorrent' : 'application/x-nzb'}"/>
${told.map(([name, value]) => `<torznab:attr name="${name}" value="${escape(String(value))}"/>`).join('')}</item>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
