import { createHash } from 'node:crypto';

const TAG = /\[(lp-[0-9a-f]{16})\]/;
/**
 * Leaves room for what clients put before and behind it (`_UNPACK_`, `.#123`, `.nzb.queued`) within the 255 bytes
 * of a file name; a cut would take the tag away, which stands at the end.
 */
const LONGEST_NAME_BYTES = 160;

/** The id of a usenet item: clients choose their own numbers, so this travels with the item (acquisition.md §2.5). */
export function usenetTag(ownerKey: string, contentKey: string): string {
  const hash = createHash('sha256').update(`${ownerKey}\n${contentKey.toLowerCase()}`).digest('hex');
  return `lp-${hash.slice(0, 16)}`;
}

/**
 * The job's name with its tag: it names the job's folder, so that no two jobs share one (NZBGet 21 puts two jobs of
 * one name into one folder). What clients read as a path or as a password is replaced.
 */
export function taggedName(name: string, tag: string): string {
  const safe = name
    .normalize('NFC')
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/[<>:"/\\|?*{}[\]]/g, ' ')
    .replaceAll(/\bpassword\s*=/gi, 'password ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const suffix = ` [${tag}]`;
  const cut = cutBytes(safe === '' ? 'download' : safe, LONGEST_NAME_BYTES - suffix.length);
  return `${cut.trimEnd()}${suffix}`;
}

/** The tag that a name bears, if any. */
export function tagIn(name: string): string | undefined {
  return TAG.exec(name)?.[1];
}

/** The name as people gave it. */
export function withoutTag(name: string): string {
  return name.replace(TAG, '').trim();
}

/** On a code point's edge. */
function cutBytes(text: string, bytes: number): string {
  let cut = '';
  let length = 0;
  for (const point of text) {
    length += Buffer.byteLength(point);
    if (length > bytes) break;
    cut += point;
  }
  return cut;
}
