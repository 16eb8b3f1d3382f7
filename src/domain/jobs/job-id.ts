/** Crockford base32: no i, l, o, u, so that ids survive being read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * `<type>-<8 of Crockford base32>`: the row's id and the Temporal workflow id (jobs.md §1).
 * @param random - 8 random bytes; 5 bits of each are used.
 */
export function makeJobId(type: string, random: Uint8Array): string {
  return `${type}-${makeShortId(random)}`;
}

export function makeShortId(random: Uint8Array): string {
  return Array.from(random.subarray(0, 8), (byte) => ALPHABET.charAt(byte & 31)).join('');
}

/**
 * The id of something that a job makes once: the same each time, so that work which an older copy of the database has
 * forgotten is found again in Temporal's histories and in other programs (jobs.md §8, 12).
 */
export function idWithin(prefix: string, jobId: string): string {
  return `${prefix}-${jobId.slice(jobId.lastIndexOf('-') + 1)}`;
}
