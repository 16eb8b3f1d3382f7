import type { Medium } from '../direct-source.js';

export interface FileSet {
  /** The archive's word for it. */
  format: string;
  /** As release names tell it. */
  word: string;
}

/** The sets of files that one item offers of the same content, the best first: exactly one is fetched. */
const SETS: Readonly<Record<Medium, readonly FileSet[]>> = {
  audio: [
    { format: '128Kbps MP3', word: 'MP3' },
    { format: 'VBR MP3', word: 'MP3' },
    { format: '64Kbps MP3', word: 'MP3' },
    { format: 'LibriVox Apple Audiobook', word: 'M4B' },
    { format: 'Ogg Vorbis', word: 'OGG' },
  ],
  text: [
    { format: 'EPUB', word: 'EPUB' },
    { format: 'Kindle', word: 'MOBI' },
    { format: 'Text PDF', word: 'PDF' },
    { format: 'Comic Book ZIP', word: 'CBZ' },
  ],
  video: [
    { format: 'h.264 HD', word: 'MP4' },
    { format: 'h.264', word: 'MP4' },
    { format: 'MPEG4', word: 'MP4' },
    { format: 'Matroska', word: 'MKV' },
    { format: '512Kb MPEG4', word: 'MP4' },
  ],
};

/** The archive's media types. */
const MEDIA: Readonly<Record<string, Medium>> = { audio: 'audio', texts: 'text', movies: 'video' };

export function mediumOf(mediatype: string | undefined): Medium | undefined {
  return MEDIA[mediatype ?? ''];
}

/** The best set among these formats; undefined where there is none that we read. */
export function chooseSet(medium: Medium, formats: readonly string[]): FileSet | undefined {
  return SETS[medium].find(({ format }) => formats.includes(format));
}
