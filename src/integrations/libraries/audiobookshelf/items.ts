import type { ServerItem } from '../port.js';
import { nameOf } from '../remote-folder.js';
import type { Book } from './answers.js';

const MEDIA_FILES = ['audio', 'ebook'];

/** A book; it is an ebook where it has nothing to listen to. */
export function itemOf({ id, path, addedAt, media, libraryFiles }: Book): ServerItem {
  const { title, authorName, narratorName, publishedYear, isbn, asin } = media.metadata;
  const year = /^\d{4}/.exec(publishedYear ?? '')?.[0];
  const files = libraryFiles.filter(({ fileType }) => MEDIA_FILES.includes(fileType));
  return {
    serverId: id,
    mediaType: files.some(({ fileType }) => fileType === 'audio') ? 'audiobook' : 'ebook',
    title: title ?? nameOf(path),
    ...(authorName === undefined ? {} : { author: authorName }),
    ...(narratorName === undefined ? {} : { narrator: narratorName }),
    ...(year === undefined ? {} : { year: Number(year) }),
    ...(isbn === undefined ? {} : { isbn }),
    ...(asin === undefined ? {} : { asin }),
    ...(media.duration ? { durationSeconds: media.duration } : {}),
    addedAt: new Date(addedAt).toISOString(),
    path,
    files: files.map(({ metadata }) => ({ path: metadata.path, sizeBytes: metadata.size })),
  };
}
