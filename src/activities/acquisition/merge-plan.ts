import path from 'node:path';

import { z } from 'zod';

import { bookTags, carriedTags } from '../../domain/acquisition/book-tags.js';
import { likelyCovers } from '../../domain/acquisition/classify.js';
import { mergedChapters } from '../../domain/acquisition/merge-chapters.js';
import { inMergeOrder } from '../../domain/acquisition/merge-order.js';
import { bookFileNames } from '../../domain/acquisition/file-names.js';
import { MAX_FILE_BYTES, safeName } from '../../domain/acquisition/safe-name.js';
import { Fault } from '../../domain/faults.js';
import { chooseEncoding } from '../../media/merge/encoding.js';
import type { MediaDescription } from '../../media/probe.js';
import { namesBefore } from '../../store/acquisition/imports.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { describeBook } from './merge-item.js';
import { findSources, type FoundFiles } from './merge-sources.js';

const strings = z.record(z.string(), z.string());

export const mergePlan = z.object({
  /** The merged file's name, in the book's folder. */
  name: z.string(),
  extension: z.string(),
  /** In their order, relative to the book's folder. */
  files: z
    .array(
      z.object({
        path: z.string(),
        sizeBytes: z.number(),
        modifiedAtMs: z.number(),
        durationSeconds: z.number(),
      }),
    )
    .min(2),
  chapters: z.array(z.object({ title: z.string(), startSeconds: z.number(), endSeconds: z.number() })),
  encoding: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('copy') }),
    z.object({
      kind: z.literal('aac'),
      bitRate: z.number(),
      sampleRate: z.number(),
      channels: z.number(),
    }),
  ]),
  tags: strings,
  carried: strings,
  asin: z.string().nullable(),
  pictures: z.array(z.string()),
});
export type MergePlan = z.output<typeof mergePlan>;

interface Planning {
  /** A logical path. */
  folder: string;
  hostFolder: string;
  step: StepContext;
}

type Probed = FoundFiles['media'][number] & MediaDescription;

/**
 * What would become of a book's folder; reads, and changes nothing.
 * @throws Fault bad_input for what is no book of several files in one format.
 */
export async function makeMergePlan(deps: ActivityDeps, planning: Planning): Promise<MergePlan> {
  const { media, others } = await findSources(planning.hostFolder);
  const extension = requireOneFormat(media.map(({ path: file }) => file));
  const files = inMergeOrder(await probeAll(deps, planning, { media, extension }));
  requireOnePlace(files);
  const item = await describeBook({ hostFolder: planning.hostFolder, tags: files[0]?.tags ?? {} });
  return {
    name: chooseName(item.title, [...media.map(({ path: file }) => file), ...others]),
    extension,
    files: files.map(({ path: file, sizeBytes, modifiedAtMs, durationSeconds }) => ({
      ...{ path: file, sizeBytes, modifiedAtMs, durationSeconds },
    })),
    chapters: mergedChapters(await asReleased(deps, planning, files), item.title),
    encoding: chooseEncoding(
      files.map((file) => ({
        ...soundOf(file),
        sizeBytes: file.sizeBytes,
        durationSeconds: file.durationSeconds,
      })),
      extension,
    ),
    tags: bookTags(item),
    carried: carriedTags(files[0]?.tags ?? {}),
    asin: item.asin ?? null,
    pictures: likelyCovers(others),
  };
}

const filed = z.array(z.object({ from: z.string(), name: z.string() })).catch([]);

/** An import has called the files by their book; how the release called them says more of the chapters. */
async function asReleased(
  { db }: ActivityDeps,
  { folder }: Planning,
  files: readonly Probed[],
): Promise<Probed[]> {
  const before = new Map(filed.parse(await namesBefore(db, folder)).map(({ name, from }) => [name, from]));
  return files.map((file) => ({ ...file, path: before.get(file.path) ?? file.path }));
}

function requireOneFormat(files: readonly string[]): string {
  const extensions = [...new Set(files.map((file) => path.extname(file).toLowerCase()))];
  const [extension] = extensions;
  if (files.length < 2 || extension === undefined) {
    throw new Fault('bad_input', `Expected two files of sound or more to merge, got ${files.length}`, {
      remedy: 'A book of one file needs no merge',
    });
  }
  if (extensions.length === 1) return extension;
  throw new Fault('bad_input', `Expected files in one format, got ${extensions.sort().join(', ')}`, {
    remedy: 'Take those away that are the same book in another format',
  });
}

/** Nobody's file is replaced: also no source's, and none that differs only in case. */
function chooseName(title: string, taken: readonly string[]): string {
  const fold = (name: string): string => name.normalize('NFC').toLowerCase();
  const names = new Set(taken.map(fold));
  const [plain = 'book.m4b'] = bookFileNames({ mediaType: 'audiobook', title }, ['.m4b']);
  const stem = plain.slice(0, -'.m4b'.length);
  const other = safeName(`${stem.slice(0, 150)} (merged).m4b`, MAX_FILE_BYTES);
  const name = [plain, other].find((candidate) => !names.has(fold(candidate)));
  if (name !== undefined) return name;
  throw new Fault('bad_input', `The folder has a file "${plain}" and a file "${other}" already`, {
    remedy: 'Move one of them away',
  });
}

async function probeAll(
  deps: ActivityDeps,
  { hostFolder, step }: Planning,
  { media, extension }: { media: FoundFiles['media']; extension: string },
): Promise<Probed[]> {
  const probed: Probed[] = [];
  for (const file of media) {
    const hostPath = path.join(hostFolder, file.path);
    const described = await deps.media.probe(hostPath, step.signal);
    requireSound(file.path, described);
    const told = described.durationSeconds;
    const held = await measure(deps, { hostPath, step });
    if (MP4.has(extension)) requireWhole(file.path, { told, held });
    // FFmpeg tells the beginning or the end of the last packet, by its version.
    const durationSeconds = MP4.has(extension) || Math.abs(held - told) <= ALIKE_SECONDS ? told : held;
    probed.push({ ...described, ...file, durationSeconds });
    step.progress({ done: probed.length, total: media.length, unit: 'files' });
  }
  return probed;
}

/** They know their duration; in an MP3 without a header of its own it is a guess by its first frames. */
const MP4 = new Set(['.m4a', '.m4b', '.mp4']);
const ALIKE_SECONDS = 0.25;
const CUT_OFF = 0.02;

/** By reading the packets: a wrong duration would shift every later chapter. */
async function measure(
  { media }: ActivityDeps,
  { hostPath, step }: { hostPath: string; step: StepContext },
): Promise<number> {
  let measured = 0;
  await media.run({
    inputs: [{ path: hostPath }],
    output: '/dev/null',
    options: ['-map', '0:a:0', '-c', 'copy', '-f', 'null'],
    signal: step.signal,
    onProgress: ({ seconds }) => (measured = seconds),
  });
  return measured;
}

/** What was cut off plays to its last packet, and FFmpeg calls that a success (media.md R8). */
function requireWhole(file: string, { told, held }: { told: number; held: number }): void {
  if (Math.abs(told - held) <= Math.max(ALIKE_SECONDS, told * CUT_OFF)) return;
  throw new Fault(
    'bad_input',
    `Expected ${told.toFixed(1)} s of sound in ${file}, it holds ${held.toFixed(1)} s`,
    {
      remedy: 'Fetch the file again: it was cut off',
    },
  );
}

function requireSound(file: string, { streams, durationSeconds }: MediaDescription): void {
  if (streams.some(({ type }) => type === 'audio') && durationSeconds > 0) return;
  throw new Fault('bad_input', `Expected sound in ${file}, it has none`, {
    remedy: 'Take the file out of the folder',
  });
}

/** Files are joined stream by stream, by number. */
function requireOnePlace(files: readonly Probed[]): void {
  const first = files[0] === undefined ? 0 : soundOf(files[0]).index;
  const other = files.find((file) => soundOf(file).index !== first);
  if (other === undefined) return;
  throw new Fault(
    'bad_input',
    `Expected the sound of ${other.path} as stream no. ${first}, as in the others`,
    {
      remedy: 'Write that file anew with its sound first',
    },
  );
}

function soundOf({ streams }: MediaDescription): MediaDescription['streams'][number] {
  const sound = streams.find(({ type }) => type === 'audio');
  if (sound === undefined) throw new Fault('defect', 'A file without sound was planned');
  return sound;
}
