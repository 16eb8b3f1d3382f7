import type { Medium } from '../direct-source.js';

/** One page of a catalogue, of OPDS 1.2 (Atom) or 2.0 (JSON). */
export interface CatalogPage {
  title: string;
  publications: Publication[];
  /** Addresses are whole already, but for those of templates, which are resolved once they are filled. */
  search?: SearchLink | undefined;
  next?: URL | undefined;
  /** What is new, newest first. */
  newest?: URL | undefined;
}

export interface SearchLink {
  /** `description`: an OpenSearch document that holds the template. */
  kind: 'template' | 'description';
  href: string;
  base: URL;
}

export interface Publication {
  id: string;
  title: string;
  authors: string[];
  language?: string | undefined;
  /** ISO 8601, or a date or year alone. */
  published?: string | undefined;
  /** Free to take, without a condition. */
  openAccess: { url: URL; format: Format; sizeBytes?: number | undefined }[];
}

export interface Format {
  medium: Medium;
  /** As release names tell it. */
  word: string;
  extension: string;
}

export const OPEN_ACCESS = 'http://opds-spec.org/acquisition/open-access';
export const SORT_NEW = 'http://opds-spec.org/sort/new';

const text = (word: string): Format => ({ medium: 'text', word, extension: word.toLowerCase() });
const audio = (word: string): Format => ({ medium: 'audio', word, extension: word.toLowerCase() });

/** What a library can file. Licence documents (LCP, ACSM) and packed audio are not among them. */
const FORMATS: Readonly<Record<string, Format>> = {
  'application/epub+zip': text('EPUB'),
  'application/pdf': text('PDF'),
  'application/x-mobipocket-ebook': text('MOBI'),
  'application/vnd.amazon.ebook': text('AZW3'),
  'application/vnd.amazon.mobi8-ebook': text('AZW3'),
  'application/x-fictionbook+xml': text('FB2'),
  'application/vnd.comicbook+zip': text('CBZ'),
  'application/x-cbz': text('CBZ'),
  'audio/mpeg': audio('MP3'),
  'audio/mp4': audio('M4B'),
  'audio/x-m4b': audio('M4B'),
  'audio/flac': audio('FLAC'),
  'audio/ogg': audio('OGG'),
};

/** By media type, its parameters aside; undefined for what is not taken. */
export function formatOf(type: string | undefined): Format | undefined {
  return FORMATS[type?.split(';')[0]?.trim().toLowerCase() ?? ''];
}
