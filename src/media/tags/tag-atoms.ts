import { open, type FileHandle } from 'node:fs/promises';

import { Fault } from '../../domain/faults.js';

/*
 * Into an MP4 FFmpeg writes only the tags that it has a name for, and so drops `----:com.apple.iTunes:ASIN` and all
 * others that Apple calls freeform. With `-movflags use_metadata_tags` it keeps an ASIN, but then it writes no cover and
 * no tag that Apple's players read (measured with 5.1; docs/merging.md). So FFmpeg writes an ordinary tag that is large
 * enough, and the atoms take its place: nothing outside the list of tags moves.
 */

/** `keywords`; the file's own are put back with the rest. */
export const PLACEHOLDER_TAG = 'keywords';

const MARK = 'longplay tags ';
/** What is left over becomes a `free` atom, which needs 8 bytes itself. */
const LEAST_REST = 8;
const MOST_BYTES = 512 * 1024 * 1024;

/** A tag as it stands in an MP4. */
export interface TagAtom {
  /** Its type, `©nam`; of a freeform one `----:com.apple.iTunes:ASIN`. */
  name: string;
  /** With its header. */
  bytes: Buffer;
}

/** The value of PLACEHOLDER_TAG that holds the place of these atoms. */
export function tagPlaceholder(atoms: readonly TagAtom[]): string {
  return MARK.padEnd(
    atoms.reduce((sum, { bytes }) => sum + bytes.length, MARK.length + LEAST_REST),
    'x',
  );
}

export const ASIN_ATOM = '----:com.apple.iTunes:ASIN';

export function asinAtom(asin: string): TagAtom {
  const mean = atom('mean', Buffer.concat([Buffer.alloc(4), Buffer.from('com.apple.iTunes')]));
  const name = atom('name', Buffer.concat([Buffer.alloc(4), Buffer.from('ASIN')]));
  // Type 1: UTF-8; then the locale.
  const data = atom('data', Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from(asin)]));
  return { name: ASIN_ATOM, bytes: atom('----', Buffer.concat([mean, name, data])) };
}

/**
 * The tags of an MP4; none for a file that has no list of them.
 * @throws Fault transient for a file without a table of contents; the system's error.
 */
export async function readTagAtoms(file: string): Promise<TagAtom[]> {
  const handle = await open(file, 'r');
  try {
    const { content } = await readMoov(handle);
    const list = findList(content);
    return list === undefined ? [] : tagsIn(content, list);
  } finally {
    await handle.close();
  }
}

/**
 * Writes atoms over their placeholder, but for those that the file has already.
 * @throws Fault transient when the file has no placeholder, or one that is too small; the system's error.
 */
export async function placeTagAtoms(file: string, atoms: readonly TagAtom[]): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { offset, content } = await readMoov(handle);
    const list = findList(content);
    if (list === undefined) throw noPlace();
    const there = tagsIn(content, list).filter(({ name, bytes }) => name !== 'keyw' || !bytes.includes(MARK));
    const size = list.end - list.start;
    const kept = there.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (kept + 8 === size) throw noPlace();
    const names = new Set(there.map(nameOf));
    const missing = atoms.filter((tag) => !names.has(nameOf(tag)));
    const written = rewritten([...there, ...missing], size);
    await handle.write(written, 0, written.length, offset + list.start);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names of freeform tags differ in case only between programs. */
function nameOf({ name }: TagAtom): string {
  return name.startsWith('----') ? name.toLowerCase() : name;
}

/** A list of tags and what is free after it, of just this size. */
function rewritten(tags: readonly TagAtom[], size: number): Buffer {
  const list = atom('ilst', Buffer.concat(tags.map(({ bytes }) => bytes)));
  const rest = size - list.length;
  if (rest < LEAST_REST) throw noPlace();
  return Buffer.concat([list, atom('free', Buffer.alloc(rest - 8))]);
}

function atom(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
}

interface Place {
  type: string;
  start: number;
  /** Where its content begins. */
  inner: number;
  end: number;
}

function placesIn(content: Buffer, from: number, to: number): Place[] {
  const places: Place[] = [];
  for (let start = from; start + 8 <= to;) {
    const size = content.readUInt32BE(start);
    // Some programs end a list with a size of 0.
    if (size < 8 || start + size > to) break;
    const type = content.toString('latin1', start + 4, start + 8);
    places.push({ type, start, inner: start + 8, end: start + size });
    start += size;
  }
  return places;
}

function findList(moov: Buffer): Place | undefined {
  let place: Place | undefined = { type: 'moov', start: 0, inner: 8, end: moov.length };
  for (const wanted of ['udta', 'meta', 'ilst']) {
    // QuickTime's own `meta` has no version before its content.
    const isVersioned =
      place.type === 'meta' && moov.toString('latin1', place.inner + 4, place.inner + 8) !== 'hdlr';
    const inner: number = place.inner + (isVersioned ? 4 : 0);
    place = placesIn(moov, inner, place.end).find(({ type }) => type === wanted);
    if (place === undefined) return undefined;
  }
  return place;
}

function tagsIn(content: Buffer, list: Place): TagAtom[] {
  return placesIn(content, list.inner, list.end)
    .filter(({ type }) => type !== 'free')
    .map(({ type, start, inner, end }) => {
      const text = (wanted: string): string => {
        const part = placesIn(content, inner, end).find((place) => place.type === wanted);
        return part === undefined ? '' : content.toString('utf8', part.inner + 4, part.end);
      };
      const name = type === '----' ? `----:${text('mean')}:${text('name')}` : type;
      return { name, bytes: Buffer.from(content.subarray(start, end)) };
    });
}

/** The table of contents among the top atoms of an MP4. */
async function readMoov(handle: FileHandle): Promise<{ offset: number; content: Buffer }> {
  const header = Buffer.alloc(16);
  for (let offset = 0; ;) {
    const { bytesRead } = await handle.read(header, 0, 16, offset);
    if (bytesRead < 8) throw noPlace();
    const short = header.readUInt32BE(0);
    // 1: the size follows in 8 bytes.
    const size = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (header.toString('latin1', 4, 8) === 'moov') {
      if (short === 1 || size < 8 || size > MOST_BYTES) throw noPlace();
      const content = Buffer.alloc(size);
      await handle.read(content, 0, size, offset);
      return { offset, content };
    }
    if (size < 8) throw noPlace();
    offset += size;
  }
}

function noPlace(): Fault {
  return new Fault('transient', 'Expected the place of the tags in the file, it is not there');
}
