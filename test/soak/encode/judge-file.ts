import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

import { z } from 'zod';

import type { Fixture } from './fixtures.js';

const run = promisify(execFile);

const DECODE_MS = 300_000;
/** media.md V4. */
const LEAST_OFF_SECONDS = 0.5;
const MOST_OFF_SHARE = 0.01;

const probed = z.object({
  format: z.object({ duration: z.string() }),
  streams: z.array(
    z.object({
      codec_type: z.string(),
      codec_name: z.string().optional(),
      pix_fmt: z.string().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
    }),
  ),
});

/**
 * What is wrong with a playback file, by programs of their own and none of Longplay's code: what it has not noticed in
 * itself must be seen here.
 */
export async function faultsOf(file: string, source: Pick<Fixture, 'seconds' | 'sound'>): Promise<string[]> {
  try {
    return [
      ...(await faultsOfStreams(file, source)),
      ...((await indexIsFirst(file)) ? [] : ['its index stands behind its pictures']),
      ...(await faultsOfDecode(file)),
    ];
  } catch (error) {
    return [`nobody could read it: ${String(error)}`];
  }
}

async function faultsOfStreams(
  file: string,
  { seconds, sound }: Pick<Fixture, 'seconds' | 'sound'>,
): Promise<string[]> {
  const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', `file:${file}`];
  const { stdout } = await run(process.env['FFPROBE_PATH'] ?? 'ffprobe', args);
  const { format, streams } = probed.parse(JSON.parse(stdout));
  const pictures = streams.filter(({ codec_type: type }) => type === 'video');
  const tracks = streams.filter(({ codec_type: type }) => type === 'audio').length;
  const off = Math.abs(Number(format.duration) - seconds);
  return [
    ...(pictures.length === 1 ? [] : [`${pictures.length} pictures`]),
    ...pictures.flatMap(faultsOfPicture),
    ...(tracks === sound ? [] : [`${tracks} sound tracks, not ${sound}`]),
    ...(off <= Math.max(LEAST_OFF_SECONDS, seconds * MOST_OFF_SHARE)
      ? []
      : [`it plays ${format.duration} s, its source ${seconds} s`]),
  ];
}

function faultsOfPicture({
  codec_name: codec,
  pix_fmt: format,
  width = 0,
  height = 0,
}: z.output<typeof probed>['streams'][number]): string[] {
  return [
    ...(codec === 'h264' && format === 'yuv420p'
      ? []
      : [`it is ${codec ?? 'nothing'} in ${format ?? 'nothing'}`]),
    ...(width > 0 && height > 0 && width % 2 === 0 && height % 2 === 0 ? [] : [`it is ${width}×${height}`]),
  ];
}

/** The boxes at the front of an MP4: `moov` before `mdat`. */
async function indexIsFirst(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const header = Buffer.alloc(16);
    for (let at = 0; (await handle.read(header, 0, 16, at)).bytesRead >= 8;) {
      const type = header.toString('latin1', 4, 8);
      if (type === 'moov' || type === 'mdat') return type === 'moov';
      const size = header.readUInt32BE(0);
      // 1: the size stands behind the type, in 64 bits.
      at += size === 1 ? Number(header.readBigUInt64BE(8)) : Math.max(8, size);
    }
    return false;
  } finally {
    await handle.close();
  }
}

/** Whole, and without a word of complaint. */
async function faultsOfDecode(file: string): Promise<string[]> {
  const args = ['-nostdin', '-v', 'error', '-i', `file:${file}`, '-f', 'null', '-'];
  const { stderr } = await run(process.env['FFMPEG_PATH'] ?? 'ffmpeg', args, { timeout: DECODE_MS });
  const lines = stderr.trim().split('\n').filter(Boolean);
  return lines.length === 0 ? [] : [`its decode says: ${lines.slice(0, 3).join(' / ')}`];
}
