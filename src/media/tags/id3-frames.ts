import { open } from 'node:fs/promises';

import { Fault } from '../../domain/faults.js';

/*
 * FFmpeg makes plain texts of an MP3's comments and lyrics, takes the first of several values, and drops ratings, ids and
 * links (measured with 5.1). So the frames of the source are put back over what it has made of them.
 */

/** A frame of an ID3v2 tag. */
export interface Id3Frame {
  /** Of four letters. */
  id: string;
  flags: number;
  body: Buffer;
}

export interface Id3Tag {
  /** What the file has; a tag of version 2 is told in the names of version 3. */
  version: 2 | 3 | 4;
  frames: Id3Frame[];
}

const HEADER = 10;
const FIRST_FRAME = 256;
/** Version 2's names of the frames that FFmpeg would not keep. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  ...{
    COM: 'COMM',
    ULT: 'USLT',
    UFI: 'UFID',
    POP: 'POPM',
    CNT: 'PCNT',
    WXX: 'WXXX',
    GEO: 'GEOB',
    TXX: 'TXXX',
  },
};
/** Unsynchronised, with an extended header or a footer: its frames cannot be taken as they stand. */
const UNUSUAL = 0xd0;

/**
 * The ID3v2 tag at the beginning of a file; undefined where there is none.
 * @throws Fault bad_input for a tag of a form that is not read here.
 */
export async function readId3(file: string): Promise<Id3Tag | undefined> {
  const found = await readWhole(file);
  if (found === undefined) return undefined;
  const { version, content } = found;
  return { version, frames: version === 2 ? shortFrames(content) : longFrames(content, version) };
}

/**
 * Writes the frames over those of a file, within the room of its tag.
 * @throws Fault bad_input for a file without such a tag, or with too little room.
 */
export async function writeId3(file: string, frames: readonly Id3Frame[]): Promise<void> {
  const found = await readWhole(file);
  if (found === undefined || found.version === 2) throw unread('a tag to write into');
  const { version, content } = found;
  const bytes = Buffer.concat(frames.map((frame) => packed(frame, version)));
  if (bytes.length > content.length) throw unread(`${bytes.length} bytes of room for tags`);
  const handle = await open(file, 'r+');
  try {
    await handle.write(
      Buffer.concat([bytes, Buffer.alloc(content.length - bytes.length)]),
      0,
      content.length,
      HEADER,
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether an MP3 tells its length in a frame of its own, as those of a changing rate should: else it is guessed. */
export async function tellsLength(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(FIRST_FRAME);
    await handle.read(bytes, 0, HEADER, 0);
    const start = bytes.toString('latin1', 0, 3) === 'ID3' ? HEADER + readSafe(bytes, 6) : 0;
    const { bytesRead } = await handle.read(bytes, 0, FIRST_FRAME, start);
    const first = bytes.toString('latin1', 0, bytesRead);
    return ['Xing', 'Info', 'VBRI'].some((name) => first.includes(name));
  } finally {
    await handle.close();
  }
}

/** What the frames take at most. */
export function sizeOf(frames: readonly Id3Frame[]): number {
  return frames.reduce((sum, { body }) => sum + HEADER + body.length, 0);
}

async function readWhole(file: string): Promise<{ version: Id3Tag['version']; content: Buffer } | undefined> {
  const handle = await open(file, 'r');
  try {
    const header = Buffer.alloc(HEADER);
    await handle.read(header, 0, HEADER, 0);
    if (header.toString('latin1', 0, 3) !== 'ID3') return undefined;
    const version = header[3];
    const isUnusual = ((header[5] ?? 0) & UNUSUAL) !== 0;
    if (isUnusual || (version !== 2 && version !== 3 && version !== 4))
      throw unread('an ID3 tag of a plain form');
    const content = Buffer.alloc(readSafe(header, 6));
    await handle.read(content, 0, content.length, HEADER);
    return { version, content };
  } finally {
    await handle.close();
  }
}

function longFrames(content: Buffer, version: 3 | 4): Id3Frame[] {
  const frames: Id3Frame[] = [];
  for (let at = 0; at + HEADER <= content.length;) {
    const id = content.toString('latin1', at, at + 4);
    if (!/^[A-Z0-9]{4}$/.test(id)) break;
    const size = version === 4 ? readSafe(content, at + 4) : content.readUInt32BE(at + 4);
    const [start, end] = [at + HEADER, at + HEADER + size];
    if (end > content.length) throw unread('whole frames in the ID3 tag');
    frames.push({ id, flags: content.readUInt16BE(at + 8), body: content.subarray(start, end) });
    at = end;
  }
  return frames;
}

function shortFrames(content: Buffer): Id3Frame[] {
  const frames: Id3Frame[] = [];
  for (let at = 0; at + 6 <= content.length;) {
    const id = content.toString('latin1', at, at + 3);
    if (!/^[A-Z0-9]{3}$/.test(id)) break;
    const end = at + 6 + content.readUIntBE(at + 3, 3);
    if (end > content.length) throw unread('whole frames in the ID3 tag');
    const long = LONG_NAMES[id];
    if (long !== undefined) frames.push({ id: long, flags: 0, body: content.subarray(at + 6, end) });
    at = end;
  }
  return frames;
}

function packed({ id, flags, body }: Id3Frame, version: 3 | 4): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write(id, 0, 'latin1');
  if (version === 3) header.writeUInt32BE(body.length, 4);
  else for (let byte = 0; byte < 4; byte += 1) header[4 + byte] = (body.length >> (7 * (3 - byte))) & 0x7f;
  header.writeUInt16BE(flags, 8);
  return Buffer.concat([header, body]);
}

/** Seven bits a byte. */
function readSafe(bytes: Buffer, at: number): number {
  return [0, 1, 2, 3].reduce((value, byte) => value * 128 + ((bytes[at + byte] ?? 0) & 0x7f), 0);
}

function unread(what: string): Fault {
  return new Fault('bad_input', `Expected ${what}, the file has none`);
}
