import type { BookTags } from '../../domain/acquisition/book-tags.js';
import type { Id3Frame } from './id3-frames.js';

/** What FFmpeg writes anew as it was. */
const KEPT = new Set(['APIC', 'CHAP', 'CTOC', 'PRIV']);
const FRAMES: Readonly<Record<string, readonly string[]>> = {
  ...{ title: ['TIT2'], album: ['TALB'], artist: ['TPE1'], album_artist: ['TPE2'], composer: ['TCOM'] },
  ...{ date: ['TDRC', 'TDRL', 'TYER', 'TDAT', 'TIME', 'TRDA'], track: ['TRCK'] },
};

/**
 * The frames that FFmpeg has made, with those of the source in the place of what it has made of them; `tags` are new,
 * and their frames are FFmpeg's.
 */
export function keepFrames(
  made: readonly Id3Frame[],
  { theirs, tags }: { theirs: readonly Id3Frame[]; tags: BookTags },
): Id3Frame[] {
  const written = new Set(Object.keys(tags).flatMap((name) => FRAMES[name] ?? [`TXXX:${name}`]));
  const kept = theirs.filter((frame) => {
    if (KEPT.has(frame.id) || written.has(keyOf(frame))) return false;
    const isThere = made.some((other) => keyOf(other) === keyOf(frame));
    return !frame.id.startsWith('T') || !isThere || hasSeveral(frame);
  });
  const [named, replaced] = [new Set(theirs.map(keyOf)), new Set(kept.map(keyOf))];
  const own = made.filter((frame) => {
    const key = keyOf(frame);
    if (replaced.has(key)) return false;
    // A comment of the source, under a name of FFmpeg's own.
    return frame.id !== 'TXXX' || written.has(key) || named.has(key);
  });
  return [...own, ...kept];
}

function keyOf(frame: Id3Frame): string {
  return frame.id === 'TXXX' ? `TXXX:${(textsOf(frame)[0] ?? '').toLowerCase()}` : frame.id;
}

function hasSeveral(frame: Id3Frame): boolean {
  return textsOf(frame).length > (frame.id === 'TXXX' ? 2 : 1);
}

/** By their encoding, the first byte: Latin-1, UTF-16 with a mark or without, UTF-8. */
function textsOf({ body }: Id3Frame): string[] {
  const texts = decode(body[0] ?? 0, body.subarray(1)).split('\0');
  while (texts.length > 1 && texts.at(-1) === '') texts.pop();
  return texts;
}

function decode(encoding: number, bytes: Buffer): string {
  switch (encoding) {
    case 1:
    case 2: {
      const isLittle = encoding === 1 && bytes[0] === 0xff;
      const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
      return (isLittle ? even : even.swap16()).toString('utf16le').replaceAll('\ufeff', '');
    }
    case 3:
      return bytes.toString('utf8');
    default:
      return bytes.toString('latin1');
  }
}
