import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs FFmpeg as a shell would; films that the tests make themselves (media.md §8) are small and play for seconds. */
export async function ffmpeg(args: readonly string[], program = 'ffmpeg'): Promise<void> {
  await execute(program, ['-nostdin', '-v', 'error', '-y', ...args]);
}

export interface MadeVideo {
  size?: string;
  /** Frames a second, as FFmpeg writes them. */
  rate?: string;
  seconds?: number;
  /** Filters after the picture's source. */
  filter?: string;
  /** Languages of the sound tracks; empty: no sound. */
  sound?: readonly string[];
  options?: readonly string[];
  /** Text of an SRT track, in English. */
  subtitle?: string;
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'] as const;

/** Makes a film named `name` in `folder`, by its extension; gives its path. */
export async function makeVideo(folder: string, name: string, made: MadeVideo = {}): Promise<string> {
  const {
    size = '320x180',
    rate = '30000/1001',
    seconds = 3,
    filter,
    sound = ['eng'],
    options = X264,
  } = made;
  const file = path.join(folder, name);
  const picture = [
    `testsrc2=s=${size}:r=${rate}:d=${seconds}`,
    ...(filter === undefined ? [] : [filter]),
  ].join();
  const graph = [
    `${picture}[v]`,
    ...sound.map((_, index) => `sine=f=${440 * (index + 1)}:d=${seconds}[a${index}]`),
  ].join(';');
  const tracks = sound.flatMap((language, index) => [
    ...['-map', `[a${index}]`],
    ...(language === '' ? [] : [`-metadata:s:a:${index}`, `language=${language}`]),
  ]);
  const text = made.subtitle === undefined ? [] : await subtitleOf(file, made.subtitle);
  const mapped = text.length === 0 ? [] : ['-map', '0:s', '-metadata:s:s:0', 'language=eng'];
  await ffmpeg([
    ...text,
    '-filter_complex',
    graph,
    '-map',
    '[v]',
    ...tracks,
    ...mapped,
    ...options,
    `file:${file}`,
  ]);
  return file;
}

async function subtitleOf(file: string, text: string): Promise<string[]> {
  const srt = `${file}.srt`;
  await writeFile(srt, `1\n00:00:00,500 --> 00:00:01,500\n${text}\n`);
  return ['-i', `file:${srt}`];
}

/** HDR10, as tags alone: the picture is testsrc2's (media.md §8). */
export const HDR10 = [
  ...['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le', '-c:a', 'aac', '-x265-params'],
  'log-level=error:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc',
];
/** Every second half second at a fifth of the rate. */
export const VARYING = { filter: String.raw`select=lt(mod(n\,60)\,30)+not(mod(n\,5))`, rate: '30' };

/** The first `share` of a file's bytes. */
export async function cutShort(file: string, share: number): Promise<string> {
  const bytes = await readFile(file);
  const short = path.join(path.dirname(file), `short-${path.basename(file)}`);
  await writeFile(short, bytes.subarray(0, Math.floor(bytes.length * share)));
  return short;
}

/** With so many bytes of noise, the same each time, from a share of its length on. */
export async function damaged(
  file: string,
  { at, bytes: count }: { at: number; bytes: number },
): Promise<string> {
  const bytes = await readFile(file);
  const from = Math.floor(bytes.length * at);
  let noise = 1;
  for (let index = from; index < Math.min(from + count, bytes.length); index += 1) {
    noise = (noise * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[index] = noise >> 16;
  }
  const output = path.join(path.dirname(file), `damaged-${count}-${path.basename(file)}`);
  await writeFile(output, bytes);
  return output;
}

/** Turned by a quarter, as a tag. */
export async function turned(file: string): Promise<string> {
  const output = path.join(path.dirname(file), `turned-${path.basename(file)}`);
  await ffmpeg([
    '-i',
    `file:${file}`,
    '-map',
    '0',
    '-c',
    'copy',
    '-metadata:s:v',
    'rotate=90',
    `file:${output}`,
  ]);
  return output;
}

/** With a picture inside. */
export async function withCover(file: string): Promise<string> {
  const output = path.join(path.dirname(file), `cover-${path.basename(file)}`);
  const picture = `${output}.png`;
  await ffmpeg([
    '-filter_complex',
    'color=red:s=64x64:d=1',
    '-frames:v',
    '1',
    '-update',
    '1',
    `file:${picture}`,
  ]);
  const inputs = ['-i', `file:${file}`, '-i', `file:${picture}`, '-map', '0', '-map', '1', '-c', 'copy'];
  await ffmpeg([...inputs, '-disposition:v:1', 'attached_pic', `file:${output}`]);
  return output;
}

/** Two MPEG-TS files joined by bytes: its header tells half of its length. */
export async function joinedTwice(file: string): Promise<string> {
  const bytes = await readFile(file);
  const output = path.join(path.dirname(file), `joined-${path.basename(file)}`);
  await writeFile(output, Buffer.concat([bytes, bytes]));
  return output;
}
