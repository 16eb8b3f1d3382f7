import { createReadStream } from 'node:fs';

import { Fault } from '../../domain/faults.js';

/** MPEG-TS packets (ISO/IEC 13818-1 §2.4.3.2). */
const PACKET_BYTES = 188;
const SYNC = 0x47;
/** `stream_id` of video in a PES header (§2.4.3.7 table 2-22). */
const VIDEO_FROM = 0xe0;
const VIDEO_TO = 0xef;

/**
 * Counts the pictures of a segment by the PES packets of its video: what is really in the file, at the speed of the
 * disk and without a process.
 * @throws Fault transient for what is no whole number of MPEG-TS packets.
 */
export async function countPictures(file: string): Promise<number> {
  let pictures = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: PACKET_BYTES * 4_096 })) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    const whole = bytes.length - (bytes.length % PACKET_BYTES);
    for (let at = 0; at < whole; at += PACKET_BYTES) if (beginsPicture(bytes, at)) pictures += 1;
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) throw notSegment();
  return pictures;
}

function beginsPicture(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== SYNC) throw notSegment();
  const flags = bytes[at + 1] ?? 0;
  const isUnitStart = (flags & 0x40) !== 0;
  if (!isUnitStart) return false;
  const control = bytes[at + 3] ?? 0;
  if ((control & 0x10) === 0) return false;
  const payload = at + 4 + ((control & 0x20) === 0 ? 0 : 1 + (bytes[at + 4] ?? 0));
  if (payload + 3 >= at + PACKET_BYTES) return false;
  const isPes = bytes[payload] === 0 && bytes[payload + 1] === 0 && bytes[payload + 2] === 1;
  const streamId = bytes[payload + 3] ?? 0;
  return isPes && streamId >= VIDEO_FROM && streamId <= VIDEO_TO;
}

function notSegment(): Fault {
  return new Fault('transient', 'Expected a segment of MPEG-TS packets, the file holds something else', {
    remedy: 'Check the disk if it happens again',
  });
}
