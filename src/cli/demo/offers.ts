import type { MadeTorrent } from './torrent-maker.js';

/** What the demo's indexer offers: one right release among ones that must be refused, and why. */
export interface Offer {
  guid: string;
  title: string;
  category: number;
  sizeBytes: number;
  seeders: number;
  author?: string;
  torrent?: Uint8Array;
  /** What its download link gives instead. */
  downloadFault?: 'html';
  infoHash?: string;
}

const MIB = 1024 * 1024;

export function demoOffers({ book, film }: { book: MadeTorrent; film: MadeTorrent }): Offer[] {
  return [
    {
      guid: 'wells-time-machine-m4b',
      title: 'H. G. Wells - The Time Machine (1895) Unabridged [English] M4B 256k',
      category: 3030,
      sizeBytes: book.totalBytes,
      seeders: 12,
      torrent: book.bytes,
      infoHash: book.infoHash,
    },
    {
      guid: 'decoy-html-page',
      title: 'H. G. Wells - The Time Machine Unabridged Chapterized M4B 256k [better]',
      category: 3030,
      sizeBytes: book.totalBytes,
      seeders: 40,
      downloadFault: 'html',
    },
    {
      guid: 'decoy-wrong-author',
      title: 'Jules Verne - The Time Machine (1895) Unabridged M4B',
      category: 3030,
      sizeBytes: book.totalBytes,
      seeders: 60,
      torrent: film.bytes,
    },
    {
      guid: 'decoy-no-seeders',
      title: 'H. G. Wells - The Time Machine (1895) Unabridged M4B 128k',
      category: 3030,
      sizeBytes: book.totalBytes,
      seeders: 0,
      torrent: film.bytes,
    },
    {
      guid: 'decoy-too-small',
      title: 'H. G. Wells - The Time Machine (1895) MP3 sample',
      category: 3030,
      sizeBytes: Math.round(MIB / 4),
      seeders: 30,
      torrent: film.bytes,
    },
    {
      guid: 'film',
      title: 'Twenty Seconds of Colour 360p',
      category: 2000,
      sizeBytes: film.totalBytes,
      seeders: 3,
      torrent: film.bytes,
      infoHash: film.infoHash,
    },
  ];
}
