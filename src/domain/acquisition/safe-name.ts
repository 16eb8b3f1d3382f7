/** What file systems take (acquisition.md §5.3). */
export const MAX_FOLDER_BYTES = 255;
/** A staged file is `.<name>.partial-<attempt>`, 46 bytes more than its name. */
export const MAX_FILE_BYTES = 200;

// eslint-disable-next-line no-control-regex -- control characters are what is taken out
const FORBIDDEN = /[<>:"/\\|?*\u0000-\u001f\u007f-\u009f]/g;
/** They turn the rest of a name around: "gnp.exe" reads as "exe.png". Lone surrogates have no bytes of their own. */
const MISLEADING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;
/** Names of devices on Windows, whatever follows the dot. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?$/i;

const EXTENSION = /\.[A-Za-z0-9]{1,5}$/;
const ASIN = / ?\[[A-Z0-9]{10}\]/;

/** One file or folder name that every system can hold; empty when nothing is left of it. */
export function safeName(name: string, maxBytes: number): string {
  const cleaned = name
    .replaceAll(/\s/g, ' ')
    .replaceAll(FORBIDDEN, '')
    .replaceAll(MISLEADING, '')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '')
    .normalize('NFC');
  return unreserved(cutName(unreserved(cleaned), maxBytes));
}

function unreserved(name: string): string {
  return RESERVED.test(name) ? `_${name}` : name;
}

/** Keeps the extension and the `[ASIN]`, by which Audiobookshelf knows the book; all else gives way to them. */
function cutName(name: string, maxBytes: number): string {
  if (bytesOf(name) <= maxBytes) return name;
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - extension.length);
  const asin = ASIN.exec(stem);
  const cut = cutEnd(stem, maxBytes - bytesOf(extension));
  if (asin === null || cut.includes(asin[0])) return cut + extension;
  const kept = asin[0] + extension;
  return cutEnd(stem.slice(0, asin.index), maxBytes - bytesOf(kept)) + kept;
}

/** At the edge of a code point; a brace that lost its other half goes too. */
function cutEnd(text: string, maxBytes: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept.replace(/(?<=.)\{[^}]*$/, '').replace(/[. ]+$/, '');
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
