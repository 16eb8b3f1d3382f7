import type { Rights } from './fields.js';

/** Collections of what is in the public domain, whose items often name no licence. */
export const FREE_COLLECTIONS = ['librivoxaudio', 'gutenberg', 'prelinger'] as const;

/** Lent for a while, for people who cannot read print, or to be streamed only: none is ours to copy. */
const CLOSED_COLLECTIONS = ['inlibrary', 'lendinglibrary', 'printdisabled', 'stream_only'] as const;

/** Licences that allow a copy, and statements that there is no copyright. */
const FREE_LICENCE = /^https?:\/\/(?:www\.)?(?:creativecommons\.org\/|rightsstatements\.org\/vocab\/NoC-)/i;

/** Why an item may not be taken (acquisition.md §2.11); undefined when it may. */
export function whyNotOurs(item: Rights): string | undefined {
  if (item['access-restricted-item'].some((value) => value.toLowerCase() === 'true')) {
    return 'access to it is restricted';
  }
  const closed = CLOSED_COLLECTIONS.find((collection) => item.collection.includes(collection));
  if (closed !== undefined) return `it belongs to the collection "${closed}"`;
  const isFree =
    item.licenseurl.some((url) => FREE_LICENCE.test(url)) ||
    FREE_COLLECTIONS.some((collection) => item.collection.includes(collection));
  return isFree ? undefined : 'it names no licence that allows a copy';
}
