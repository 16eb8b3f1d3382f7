/** The ownership tag of a download on a client's item: `lp-` and its id, where clients carry words on items. */
const PREFIX = 'lp-';

export function tagOf(ownerKey: string): string {
  return `${PREFIX}${ownerKey}`;
}

/** The owners among an item's words, and the first of the others. */
export function readTags(words: readonly string[]): { owners: string[]; others: string[] } {
  const isOurs = (word: string): boolean => word.startsWith(PREFIX);
  return {
    owners: words.filter(isOurs).map((word) => word.slice(PREFIX.length)),
    others: words.filter((word) => !isOurs(word) && word !== ''),
  };
}

/** As clients write it: small hex, a v2 hash (BEP 52) cut to its first 40 digits. */
export function itemHash(infoHash: string): string {
  return infoHash.trim().toLowerCase().slice(0, 40);
}

/** Words by which a system tells a full disk, whatever the client; in the language of errno(3). */
export function localFaultCode(message: string): 'disk_full' | 'files_missing' | 'local_error' {
  if (/no space left|not enough space|disk (is )?full|quota exceeded/i.test(message)) return 'disk_full';
  if (/no data found|no such file|missing/i.test(message)) return 'files_missing';
  return 'local_error';
}
