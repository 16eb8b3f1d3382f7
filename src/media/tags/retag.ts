import type { BookTags } from '../../domain/acquisition/book-tags.js';
import { Fault } from '../../domain/faults.js';
import { differingTags, decodeSound } from '../read-back.js';
import type { MediaDescription } from '../probe-output.js';
import type { MediaTools } from '../tools.js';
import { readId3, sizeOf, tellsLength, writeId3 } from './id3-frames.js';
import { keepFrames } from './keep-frames.js';
import {
  ASIN_ATOM,
  asinAtom,
  placeTagAtoms,
  PLACEHOLDER_TAG,
  readTagAtoms,
  tagPlaceholder,
} from './tag-atoms.js';
import type { TagFormat } from './tag-format.js';
import { tagRun } from './tag-run.js';

export interface Retagging {
  source: string;
  /** What the source is. */
  read: MediaDescription;
  output: string;
  format: TagFormat;
  /** With lower-case names, `asin` among them. */
  tags: BookTags;
  signal: AbortSignal;
}

/** One argument of a command holds 128 KiB on Linux. */
const MOST_PLACE = 100_000;
/** What players expect to find after the frames of an MP3, so that they can change one. */
const LEAST_PADDING = 1_024;
const ALIKE_SECONDS = 0.5;
/** FFmpeg moves the chapters of an MP3 by the beginning of its sound. */
const ALIKE_CHAPTER_SECONDS = 0.1;
const DECODED_SECONDS = '10';

/** What a file says of itself as a container; it is no tag. */
const NO_TAGS = new Set([
  ...['major_brand', 'minor_version', 'compatible_brands', 'encoder', 'handler_name', 'vendor_id'],
]);

/**
 * Makes `output` of `source` with other tags: sound, cover, chapters and all other tags as they were, read back.
 * FFmpeg's exit status says none of it (acquisition.md §8 no. 48).
 * @throws the signal's reason; Fault bad_input for what the same source would give again, else as RunFfmpeg.
 */
export async function retag(tools: MediaTools, retagging: Retagging): Promise<void> {
  await write(tools, retagging);
  await readBack(tools, retagging);
}

function write(tools: MediaTools, retagging: Retagging): Promise<void> {
  const { format, tags } = retagging;
  if (format.family === 'mp4') return retagMp4(tools, retagging);
  return format.muxer === 'mp3' ? retagMp3(tools, retagging) : runWith(tools, retagging, { tags });
}

async function runWith(
  { run }: MediaTools,
  retagging: Retagging,
  { tags, options = [] }: { tags: BookTags; options?: readonly string[] },
): Promise<void> {
  await run({ ...tagRun({ ...retagging, tags, more: options }), signal: retagging.signal });
}

/** Frames go over as they stand into a tag of the same version, with room for them. */
async function retagMp3(tools: MediaTools, retagging: Retagging): Promise<void> {
  const { source, output, tags } = retagging;
  const theirs = await readId3(source);
  // A length that was guessed before would be another one after.
  const length = (await tellsLength(source)) ? [] : ['-write_xing', '0'];
  if (theirs === undefined) return runWith(tools, retagging, { tags, options: length });
  const { version, frames } = theirs;
  const room = ['-metadata_header_padding', String(sizeOf(frames) + LEAST_PADDING)];
  const options = ['-id3v2_version', version === 4 ? '4' : '3', ...length, ...room];
  await runWith(tools, retagging, { tags, options });
  const made = (await readId3(output))?.frames ?? [];
  await writeId3(output, keepFrames(made, { theirs: frames, tags }));
}

/** Whatever FFmpeg has no name for is taken over as it stands. */
async function retagMp4(tools: MediaTools, retagging: Retagging): Promise<void> {
  const { asin, ...tags } = retagging.tags;
  const theirs = (await readTagAtoms(retagging.source)).filter(
    ({ name }) => name !== 'covr' && (asin === undefined || name.toLowerCase() !== ASIN_ATOM.toLowerCase()),
  );
  const atoms = asin === undefined ? theirs : [asinAtom(asin), ...theirs];
  const place = tagPlaceholder(atoms);
  if (place.length > MOST_PLACE) throw wrong(`at most ${MOST_PLACE} bytes of tags, it has ${place.length}`);
  await runWith(tools, retagging, { tags: { ...tags, [PLACEHOLDER_TAG]: place } });
  await placeTagAtoms(retagging.output, atoms);
}

async function readBack(tools: MediaTools, { output, read, tags, signal }: Retagging): Promise<void> {
  const after = await tools.probe(output, signal);
  const [before, now] = [read.durationSeconds, after.durationSeconds];
  if (Math.abs(now - before) > ALIKE_SECONDS)
    throw wrong(`${before.toFixed(1)} s, it has ${now.toFixed(1)} s`);
  if (kindsOf(after) !== kindsOf(read)) throw wrong(`the streams ${kindsOf(read)}, it has ${kindsOf(after)}`);
  if (!haveSameChapters(read, after)) throw wrong('the chapters that it had, it has others');
  const missing = differingTags(tags, after);
  if (missing.length > 0) throw wrong(`the tags ${missing.join(', ')} as they were written, they are not`);
  const kept = Object.entries(read.tags).filter(([name]) => !NO_TAGS.has(name) && tags[name] === undefined);
  const lost = differingTags(Object.fromEntries(kept), after);
  if (lost.length > 0) throw wrong(`the tags ${lost.join(', ')} to stay as they were, they did not`);
  await decodeSound(tools, { file: output, window: ['-t', DECODED_SECONDS], signal });
}

function kindsOf({ streams }: MediaDescription): string {
  const kinds = streams.filter(({ type }) => type !== 'data').map(({ type, codec }) => `${type} ${codec}`);
  return kinds.sort().join(', ');
}

function haveSameChapters(before: MediaDescription, after: MediaDescription): boolean {
  return (
    before.chapters.length === after.chapters.length &&
    before.chapters.every(({ title, startSeconds }, index) => {
      const other = after.chapters[index];
      return other?.title === title && Math.abs(other.startSeconds - startSeconds) <= ALIKE_CHAPTER_SECONDS;
    })
  );
}

function wrong(what: string): Fault {
  return new Fault('bad_input', `Expected ${what}`);
}
