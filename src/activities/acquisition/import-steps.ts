import path from 'node:path';

import { z } from 'zod';

import { classifyFile, inReadingOrder } from '../../domain/acquisition/classify.js';
import { renderFileNames, renderFolder } from '../../domain/acquisition/path-template.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { metadataJson, metadataOpf, type SidecarChapter } from '../../domain/acquisition/sidecar.js';
import { Fault } from '../../domain/faults.js';
import { publishSet, type SetFile } from '../../integrations/files/publish-set.js';
import type { MediaDescription } from '../../media/probe.js';
import { findDownload, type DownloadRow } from '../../store/acquisition/downloads.js';
import {
  commitImport,
  discardImport,
  findImport,
  planImport,
} from '../../store/acquisition/library-items.js';
import { findLibrary, type LibraryRow } from '../../store/acquisition/settings.js';
import { violatedUnique } from '../../store/database.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { connectClient } from './connect.js';
import { prepareCover } from './cover.js';

const plannedFile = z.object({
  /** Relative to the download's folder. */
  from: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
  durationSeconds: z.number(),
});

const importPlan = z.object({
  folder: z.string(),
  item: z.unknown(),
  media: z.array(plannedFile).min(1),
  cover: z.string().nullable(),
  chapters: z.array(z.object({ title: z.string(), startSeconds: z.number(), endSeconds: z.number() })),
  ignored: z.array(z.object({ path: z.string(), why: z.string() })),
});

type ImportPlan = z.output<typeof importPlan>;

/** A running time further off than this is another work or a cut one (acquisition.md §5.1). */
const RUNTIME_TOLERANCE = 0.1;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Lists, classifies and probes every file, and claims the target: decided once, whatever happens later. */
  planImport: async (
    {
      downloadId,
      libraryId,
      item,
      requestId,
    }: { downloadId: string; libraryId: string; item: MediaItem; requestId?: string },
    step: StepContext,
  ): Promise<{ folder: string; files: number }> => {
    const download = await getDownload(deps, downloadId);
    const library = await getLibrary(deps, libraryId);
    const plan = await makePlan(deps, { download, library, item, step });
    const target = `${library.root.replace(/:$/, ':')}${library.root.endsWith(':') ? '' : '/'}${plan.folder}`;
    try {
      await planImport(deps.db, { jobId: step.jobId, requestId: requestId ?? null, target, manifest: plan });
    } catch (error) {
      if (violatedUnique(error) !== 'imports_target') throw error;
      throw new Fault('bad_input', `Another job has filed something to ${plan.folder} already`, {
        remedy: 'Delete that item first, or change the path template',
        cause: error,
      });
    }
    for (const { path: left, why } of plan.ignored) step.log('info', `leaves out ${left}: ${why}`);
    return { folder: plan.folder, files: plan.media.length };
  },

  /** All of the plan or nothing: staged, verified, fenced, renamed. */
  importFiles: async (
    { downloadId }: { downloadId: string; libraryId: string },
    step: StepContext,
  ): Promise<{ folder: string; files: number; mode: string }> => {
    const { plan, target } = await getPlan(deps, step.jobId);
    const download = await getDownload(deps, downloadId);
    const source = deps.roots.resolve(download.directory);
    const folder = deps.roots.resolve(target);
    const extras = await prepareExtras(deps, { plan, source, step });
    const media: SetFile[] = plan.media.map(({ name, from }) => ({ name, source: path.join(source, from) }));
    const published = await publishSet({
      folder,
      files: [...extras, ...media],
      attemptId: step.attemptId,
      fence: step.fence,
      signal: step.signal,
      onBytes: countBytes(plan, step),
      verify: (staged, name) =>
        verifyMedia(deps, { staged, planned: plan.media.find((file) => file.name === name), step }),
    });
    await commitImport(deps.db, {
      jobId: step.jobId,
      files: published.map((file) => ({
        path: `${target}/${file.name}`,
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        mode: file.mode,
        durationSeconds: plan.media.find(({ name }) => name === file.name)?.durationSeconds ?? null,
      })),
    });
    const mode = published.at(-1)?.mode ?? 'copy';
    step.log('info', `filed ${published.length} files to ${plan.folder} (${mode})`);
    return { folder: plan.folder, files: published.length, mode };
  },

  discardImport: async (_input: object, step: StepContext): Promise<void> => {
    await discardImport(deps.db, step.jobId);
  },
}));

export type ImportSteps = StepsOf<typeof steps>;

async function getDownload({ db }: ActivityDeps, id: string): Promise<DownloadRow> {
  const download = await findDownload(db, id);
  if (download !== undefined) return download;
  throw new Fault('gone', `There is no download "${id}"`);
}

async function getLibrary({ db }: ActivityDeps, id: string): Promise<LibraryRow> {
  const library = await findLibrary(db, id);
  if (library !== undefined) return library;
  throw new Fault('gone', `There is no library "${id}"`);
}

async function getPlan({ db }: ActivityDeps, jobId: string): Promise<{ plan: ImportPlan; target: string }> {
  const row = await findImport(db, jobId);
  const parsed = importPlan.safeParse(row?.manifest);
  if (row === undefined || !parsed.success)
    throw new Fault('defect', `The import plan of ${jobId} is not stored`);
  return { plan: parsed.data, target: row.target };
}

interface Planning {
  download: DownloadRow;
  library: LibraryRow;
  item: MediaItem;
  step: StepContext;
}

async function makePlan(
  deps: ActivityDeps,
  { download, library, item, step }: Planning,
): Promise<ImportPlan> {
  const listed = await listFiles(deps, download, step);
  const media = inReadingOrder(listed.filter((file) => classifyFile(file) === 'media'));
  if (media.length === 0) {
    throw new Fault('release_fault', `The download has no media file among ${listed.length} files`);
  }
  const source = deps.roots.resolve(download.directory);
  const probed: MediaDescription[] = [];
  for (const [index, file] of media.entries()) {
    probed.push(await deps.media.probe(path.join(source, file), step.signal));
    step.progress({ done: index + 1, total: media.length, unit: 'files' });
  }
  checkContent(item, probed);
  const names = renderFileNames(item, media.map(extensionFor));
  return {
    folder: renderFolder(library.pathTemplate, item),
    item,
    media: media.map((from, index) => ({
      from,
      name: names[index] ?? path.basename(from),
      sizeBytes: probed[index]?.sizeBytes ?? 0,
      durationSeconds: probed[index]?.durationSeconds ?? 0,
    })),
    cover: listed.find((file) => classifyFile(file) === 'cover') ?? null,
    chapters: chaptersOf(probed),
    ignored: listed
      .filter((file) => !media.includes(file))
      .map((file) => ({ path: file, why: classifyFile(file) })),
  };
}

/** The client's own list, never a folder walk: a folder may hold more than this download (acquisition.md §8 no. 23). */
async function listFiles(deps: ActivityDeps, download: DownloadRow, step: StepContext): Promise<string[]> {
  const client = await connectClient(deps, download.clientId);
  const files = await client.files(download.clientItemId, step.signal);
  const unfinished = files.filter(({ sizeBytes, completedBytes }) => completedBytes < sizeBytes);
  if (unfinished.length > 0) {
    throw new Fault('transient', `${unfinished.length} files of the download are not whole any more`);
  }
  return files.map((file) => {
    deps.roots.resolve(`${download.directory}/${file.path}`);
    return file.path;
  });
}

function checkContent(item: MediaItem, probed: MediaDescription[]): void {
  const silent = probed.filter(({ streams }) => !streams.some(({ type }) => type === 'audio'));
  if (silent.length > 0)
    throw new Fault('release_fault', `${silent.length} of ${probed.length} files have no sound`);
  const total = probed.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  if (item.runtimeSeconds === undefined) return;
  const off = Math.abs(total - item.runtimeSeconds) / item.runtimeSeconds;
  if (off <= RUNTIME_TOLERANCE) return;
  throw new Fault(
    'release_fault',
    `Expected about ${Math.round(item.runtimeSeconds)} s of sound, got ${Math.round(total)} s`,
  );
}

/** Audiobookshelf knows `.m4b` for an MP4 that is a book; only the name changes (acquisition.md §5.4). */
function extensionFor(file: string): string {
  const extension = path.extname(file).toLowerCase();
  return extension === '.mp4' || extension === '.m4a' ? '.m4b' : extension;
}

function chaptersOf(probed: MediaDescription[]): SidecarChapter[] {
  let offset = 0;
  return probed.flatMap(({ chapters, durationSeconds }) => {
    const start = offset;
    offset += durationSeconds;
    return chapters.map((chapter) => ({
      title: chapter.title,
      startSeconds: start + chapter.startSeconds,
      endSeconds: start + chapter.endSeconds,
    }));
  });
}

async function prepareExtras(
  deps: ActivityDeps,
  { plan, source, step }: { plan: ImportPlan; source: string; step: StepContext },
): Promise<SetFile[]> {
  const item = plan.item as MediaItem;
  const cover = await prepareCover(deps, { plan, source, step });
  return [
    { name: 'metadata.json', text: metadataJson(item, plan.chapters) },
    { name: 'metadata.opf', text: metadataOpf(item) },
    ...(cover === undefined ? [] : [cover]),
  ];
}

function countBytes(plan: ImportPlan, step: StepContext): (bytes: number) => void {
  const total = plan.media.reduce((sum, file) => sum + file.sizeBytes, 0);
  let done = 0;
  return (bytes) => {
    done += bytes;
    step.progress({ done: Math.min(done, total), total, unit: 'bytes' });
  };
}

/** What stands in the library is read back before it becomes visible. */
async function verifyMedia(
  deps: ActivityDeps,
  {
    staged,
    planned,
    step,
  }: { staged: string; planned: ImportPlan['media'][number] | undefined; step: StepContext },
): Promise<void> {
  if (planned === undefined) return;
  const { durationSeconds } = await deps.media.probe(staged, step.signal);
  if (Math.abs(durationSeconds - planned.durationSeconds) < 0.5) return;
  throw new Fault(
    'transient',
    `Expected ${planned.durationSeconds} s in ${planned.name}, read ${durationSeconds} s back`,
  );
}
