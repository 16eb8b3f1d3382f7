const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** The info hash of a magnet link, lower-case hex; undefined where it names none of BitTorrent v1 (BEP 9). */
export function magnetHash(uri: string): string | undefined {
  const told = /[?&]xt=urn:btih:([0-9a-z]+)/i.exec(uri.replaceAll(/%3A/gi, ':'))?.[1]?.toLowerCase();
  if (told === undefined) return undefined;
  if (/^[0-9a-f]{40}$/.test(told)) return told;
  return /^[a-z2-7]{32}$/.test(told) ? hexOfBase32(told) : undefined;
}

/** The name that a magnet link brings for people. */
export function magnetName(uri: string): string | undefined {
  const told = /[?&]dn=([^&]*)/.exec(uri)?.[1];
  if (told === undefined || told === '') return undefined;
  try {
    return decodeURIComponent(told.replaceAll('+', ' '));
  } catch {
    // A name with a stray percent sign is a name all the same.
    return told;
  }
}

/** Five bits a letter: 32 letters are the 160 bits of a SHA-1. */
function hexOfBase32(text: string): string {
  const bits = Array.from(text, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return (bits.match(/.{4}/g) ?? []).map((nibble) => Number.parseInt(nibble, 2).toString(16)).join('');
}
