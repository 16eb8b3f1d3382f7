import { lstat } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { chooseFormat } from '../../domain/acquisition/choose-format.js';
import { classifyFile, inReadingOrder, likelyCovers } from '../../domain/acquisition/classify.js';
import { renderFileNames, renderFolder } from '../../domain/acquisition/path-template.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { SidecarChapter } from '../../domain/acquisition/sidecar.js';
import { errorCode, Fault } from '../../domain/faults.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import type { ClientFile } from '../../integrations/download-clients/port.js';
import { locateTarget, statIfThere, type Target } from '../../integrations/files/target.js';
import { parseTorrentFile } from '../../integrations/indexers/torrent-file.js';
import type { MediaDescription } from '../../media/probe.js';
import { contentOf, type DownloadRow } from '../../store/acquisition/downloads.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { connectClient } from './connect.js';

const plannedFile = z.object({
  /** Relative to the download's folder. */
  from: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
  durationSeconds: z.number(),
});

export const importPlan = z.object({
  /** Relative to the library's root. */
  folder: z.string(),
  /** The part of `folder` that stood before; empty folders further down are ours to take back. */
  kept: z.string(),
  item: z.custom<MediaItem>(),
  media: z.array(plannedFile).min(1),
  /** Likely covers of the download, the likeliest first. */
  pictures: z.array(z.string()),
  chapters: z.array(z.object({ title: z.string(), startSeconds: z.number(), endSeconds: z.number() })),
  ignored: z.array(z.object({ path: z.string(), why: z.string() })),
});

export type ImportPlan = z.output<typeof importPlan>;

export interface Planning {
  download: DownloadRow;
  library: LibraryRow;
  item: MediaItem;
  /** A person has looked: the running time may be another. */
  accepted: boolean;
  step: StepContext;
}

/** A running time further off than this is another work or a cut one (acquisition.md §5.1). */
const RUNTIME_TOLERANCE = 0.1;

/** Lists, classifies and probes; the same download always gives the same plan. */
export async function makePlan(deps: ActivityDeps, planning: Planning): Promise<ImportPlan> {
  const { library, item, accepted } = planning;
  const { plain, links } = await listFiles(deps, planning);
  const probed = await probeAll(
    deps,
    planning,
    inReadingOrder(plain.filter((file) => classifyFile(file) === 'media')),
  );
  if (probed.length === 0) {
    throw new Fault(
      'release_fault',
      `The download has no media file among ${plain.length + links.length} files`,
    );
  }
  const chosen = chooseFormat(probed);
  checkSound(chosen);
  if (!accepted) checkRuntime(item, chosen);
  const names = renderFileNames(
    item,
    chosen.map(({ path: file }) => extensionFor(file)),
  );
  const located = await locateFolder(deps, library, renderFolder(library.pathTemplate, item));
  const media = chosen.map(({ path: from, sizeBytes, durationSeconds }, index) => ({
    from,
    name: names[index] ?? path.basename(from),
    sizeBytes,
    durationSeconds,
  }));
  return {
    folder: located.path,
    kept: located.kept,
    item,
    media,
    pictures: likelyCovers(plain),
    chapters: chaptersOf(chosen),
    ignored: [
      ...plain
        .filter((file) => !media.some(({ from }) => from === file))
        .map((file) => ({ path: file, why: whyNot(file) })),
      ...links.map((file) => ({ path: file, why: 'link' })),
    ],
  };
}

/** The library's folder below its root may be missing still; what is above it is not the template's. */
async function locateFolder(
  deps: ActivityDeps,
  library: LibraryRow,
  folder: string,
): Promise<Pick<Target, 'path' | 'kept'>> {
  try {
    return await locateTarget(deps.roots.resolve(library.root), folder);
  } catch (error) {
    throw diskFault(error);
  }
}

/** Never a folder walk: a folder may hold more than this download (acquisition.md §8 no. 23). */
async function listFiles(
  deps: ActivityDeps,
  planning: Planning,
): Promise<{ plain: string[]; links: string[] }> {
  const { download } = planning;
  const files = await filesOf(deps, planning);
  const unfinished = files.filter(({ sizeBytes, completedBytes }) => completedBytes < sizeBytes);
  if (unfinished.length > 0) {
    throw new Fault('transient', `${unfinished.length} files of the download are not whole any more`);
  }
  const plain: string[] = [];
  const links: string[] = [];
  for (const { path: file } of files) {
    const hostPath = deps.roots.resolve(`${download.directory}/${file}`);
    ((await isPlainFile(hostPath)) ? plain : links).push(file);
  }
  return { plain, links };
}

/** The client's own list; a client that was killed may have forgotten what it had finished, the torrent has not. */
async function filesOf(deps: ActivityDeps, planning: Planning): Promise<ClientFile[]> {
  const { download, step } = planning;
  const client = await connectClient(deps, download.clientId);
  const told = await client.files(download.clientItemId, step.signal).catch((error: unknown) => {
    const isForgotten = error instanceof Fault && error.kind === 'gone' && download.completedAt !== null;
    if (!isForgotten) throw error;
    step.log('warn', 'the client has forgotten the finished download');
    return undefined;
  });
  if (told !== undefined) return told;
  const stored = await contentOf(deps.db, download.id);
  if (stored?.kind === 'torrent') return filesOfTorrent(deps, download, stored.bytes);
  throw new Fault('transient', `Nobody tells which files ${download.releaseTitle} has`);
}

async function filesOfTorrent(
  deps: ActivityDeps,
  { directory }: DownloadRow,
  torrent: Uint8Array,
): Promise<ClientFile[]> {
  const { files } = await parseTorrentFile(torrent);
  return Promise.all(
    files.map(async (file) => {
      const found = await statIfThere(deps.roots.resolve(`${directory}/${file.path}`));
      return { ...file, completedBytes: Number(found?.size ?? file.sizeBytes) };
    }),
  );
}

/** A link would be filed as a link. */
async function isPlainFile(hostPath: string): Promise<boolean> {
  try {
    return (await lstat(hostPath)).isFile();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw diskFault(error);
    throw new Fault('transient', `The client lists ${path.basename(hostPath)}, but it is not on the disk`, {
      remedy: 'Check that the client and Longplay see the same download folder',
      cause: error,
    });
  }
}

type ProbedFile = MediaDescription & { path: string };

async function probeAll(
  deps: ActivityDeps,
  { download, step }: Planning,
  files: readonly string[],
): Promise<ProbedFile[]> {
  const source = deps.roots.resolve(download.directory);
  const probed: ProbedFile[] = [];
  for (const file of files) {
    probed.push({ ...(await deps.media.probe(path.join(source, file), step.signal)), path: file });
    step.progress({ done: probed.length, total: files.length, unit: 'files' });
  }
  return probed;
}

function checkSound(probed: readonly ProbedFile[]): void {
  const silent = probed.filter(({ streams }) => !streams.some(({ type }) => type === 'audio'));
  if (silent.length > 0)
    throw new Fault('release_fault', `${silent.length} of ${probed.length} files have no sound`);
}

/** It may be another edition that is wanted all the same: a person decides (acquisition.md §5.1 no. 4). */
function checkRuntime(item: MediaItem, probed: readonly ProbedFile[]): void {
  if (item.runtimeSeconds === undefined) return;
  const total = probed.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  if (Math.abs(total - item.runtimeSeconds) / item.runtimeSeconds <= RUNTIME_TOLERANCE) return;
  throw new Fault(
    'bad_input',
    `Expected about ${Math.round(item.runtimeSeconds)} s of sound, got ${Math.round(total)} s`,
    { remedy: 'Listen to it: accept the import if it is what was asked for, or reject it' },
  );
}

/** Audiobookshelf knows `.m4b` for an MP4 that is a book; only the name changes (acquisition.md §5.4). */
function extensionFor(file: string): string {
  const extension = path.extname(file).toLowerCase();
  return extension === '.mp4' || extension === '.m4a' ? '.m4b' : extension;
}

function whyNot(file: string): string {
  const what = classifyFile(file);
  return what === 'media' ? 'the same in another format' : what;
}

/** Starts count from the beginning of the book; a file without chapters beside ones that have some is one itself. */
function chaptersOf(files: readonly ProbedFile[]): SidecarChapter[] {
  if (files.every(({ chapters }) => chapters.length === 0)) return [];
  let offset = 0;
  return files.flatMap((file) => {
    const start = offset;
    offset += file.durationSeconds;
    const title = file.tags['title'] ?? path.parse(file.path).name;
    const own =
      file.chapters.length > 0
        ? file.chapters
        : [{ title, startSeconds: 0, endSeconds: file.durationSeconds }];
    return own.map((chapter) => ({
      title: chapter.title,
      startSeconds: start + chapter.startSeconds,
      endSeconds: start + chapter.endSeconds,
    }));
  });
}
