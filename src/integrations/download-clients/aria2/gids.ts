import { createHash } from 'node:crypto';

/** The last four digits are left for the files of a direct source. */
const DIGITS = 12;
export const MAX_FILES = 16 ** 4;

/**
 * aria2's number of an item is ours to choose: 16 hexadecimal digits (acquisition.md §2.7). It follows from the content
 * alone, as at other clients, so that two who want the same have one item, and the last of them removes it.
 */
export function itemIdFor(_ownerKey: string, contentKey: string): string {
  const hash = createHash('sha256').update(contentKey.toLowerCase()).digest('hex');
  return `${hash.slice(0, DIGITS)}0000`;
}

/** The number of file `index` of a direct item; that of the first file is the item's own. */
export function memberGid(clientItemId: string, index: number): string {
  return clientItemId.slice(0, DIGITS) + index.toString(16).padStart(4, '0');
}

export function groupIdOf(gid: string): string {
  return memberGid(gid, 0);
}
