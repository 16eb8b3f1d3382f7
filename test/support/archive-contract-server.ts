import type { ContractRelease } from '../integrations/indexers/contract.js';
import { json, startSourceServer, type SourceReply, type SourceServer } from './source-server.js';

/** One item as the archive tells it. */
export interface ArchiveEntry {
  identifier: string;
  /** Answered by advancedsearch.php. */
  doc: Record<string, unknown>;
  /** Answered by /metadata/{id}, or what that gives instead. */
  item: unknown;
  downloadFault?: ContractRelease['downloadFault'];
}

/**
 * A contract server for the Internet Archive (acquisition.md §2.11): the shapes of its search and of its items, an
 * unknown id that answers `{}`, and pages that are shorter than asked.
 */
export function startArchiveContractServer(
  entries: readonly ArchiveEntry[],
  { perPage = 50 }: { perPage?: number } = {},
): Promise<SourceServer> {
  return startSourceServer({
    contentType: 'application/json',
    otherDocument: '{"error":"query failed to parse"}',
    refused: { status: 401 },
    isApi: (path) => path === '/advancedsearch.php',
    answer: ({ path, query }) => {
      if (path === '/advancedsearch.php') return json(search(entries, query, perPage));
      return answerItem(entries, path);
    },
  });
}

/** `/metadata/{id}`, also for the LibriVox server, whose audio lies here. */
export function answerItem(entries: readonly ArchiveEntry[], path: string) {
  const identifier = decodeURIComponent(/^\/metadata\/([^/]+)$/.exec(path)?.[1] ?? '');
  if (identifier === '') return { status: 404 } satisfies SourceReply;
  const entry = entries.find((one) => one.identifier === identifier);
  return entry?.downloadFault ?? json(entry?.item ?? {});
}

function search(entries: readonly ArchiveEntry[], query: URLSearchParams, perPage: number): unknown {
  const asked = (query.get('q') ?? '').toLowerCase();
  // Words stand before the first filter, as (words) or as title:(words) AND creator:(words).
  const words = (asked.split(/ and \(\(mediatype/)[0] ?? '').match(/(?<=[( ])[\p{L}\p{N}]+(?=[ )])/gu) ?? [];
  const telling = asked.startsWith('((mediatype') ? [] : words.filter((word) => word !== 'and');
  const found = entries.filter(({ doc }) => {
    const text = `${String(doc['title'])} ${String(doc['creator'])}`.toLowerCase();
    return telling.every((word) => text.includes(word));
  });
  const start = (Number(query.get('page') ?? 1) - 1) * Number(query.get('rows') ?? 50);
  return {
    responseHeader: { status: 0, QTime: 3, params: { query: asked } },
    response: {
      numFound: found.length,
      start,
      docs: found
        .slice(start, start + Math.min(perPage, Number(query.get('rows') ?? 50)))
        .map(({ doc }) => doc),
    },
  };
}

export const SHA1 = 'A'.repeat(40);

/** A reading as LibriVox puts it there: two sets of MP3, Ogg, cover and thumbnails. */
export function makeReading(identifier: string, more: Partial<ArchiveEntry['doc']> = {}): ArchiveEntry {
  const rights = { collection: ['librivoxaudio', 'audio_bookspoetry'], mediatype: 'audio' };
  const file = (name: string, format: string, size: number, source = 'derivative') => ({
    ...{ name, format, source, size: String(size), sha1: SHA1, md5: 'b'.repeat(32), length: '61.5' },
  });
  return {
    identifier,
    doc: {
      identifier,
      title: `Foundation ${identifier}`,
      creator: 'Isaac Asimov',
      language: 'eng',
      publicdate: '2026-03-01T12:00:00Z',
      format: ['128Kbps MP3', '64Kbps MP3', 'Ogg Vorbis', 'JPEG', 'Metadata'],
      item_size: 900_000_000,
      ...rights,
      ...more,
    },
    item: {
      created: 1_770_000_000,
      server: 'ia800000.us.archive.org',
      dir: `/1/items/${identifier}`,
      metadata: { identifier, title: 'Foundation', ...rights, ...more },
      files: [
        file('foundation_01_64kb.mp3', '64Kbps MP3', 5_000_000),
        file('foundation_02_64kb.mp3', '64Kbps MP3', 6_000_000),
        file('foundation_01.mp3', '128Kbps MP3', 10_000_000, 'original'),
        file('part two/foundation #2.mp3', '128Kbps MP3', 12_000_000, 'original'),
        file('foundation_01.ogg', 'Ogg Vorbis', 4_000_000),
        file('foundation_thumb.jpg', 'JPEG', 900_000, 'original'),
        file('foundation.jpg', 'JPEG', 300_000, 'original'),
        file('__ia_thumb.jpg', 'Item Tile', 10_000),
        { name: `${identifier}_files.xml`, format: 'Metadata', source: 'original' },
      ],
    },
  };
}
