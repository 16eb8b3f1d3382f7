import { Fault, normalizeError } from '../../domain/faults.js';
import { logicalPath, type LogicalPath, type Root } from '../../domain/logical-path.js';
import type { FoundFile } from '../../domain/media/diff-scan.js';
import type { MediaSource } from '../../domain/media/source.js';
import { findFile } from '../../integrations/files/find-file.js';
import { hashHeadAndTail } from '../../integrations/files/head-tail.js';
import { requireRoot } from '../../integrations/files/target.js';
import { findVideo, type VideoRow } from '../../store/media/video-list.js';
import { writeVideos } from '../../store/media/video-scan.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { examine } from './examine-video.js';
import { scanFault } from './scan-place.js';
import { sourceGone } from './source-gone.js';

type VideoDeps = Pick<ActivityDeps, 'db' | 'roots' | 'media'>;

/** A video of the library whose file is there. */
export interface KnownFile {
  row: VideoRow & { streams: MediaSource | null };
  logical: LogicalPath;
  hostRoot: string;
  hostPath: string;
  found: FoundFile;
}

/**
 * The row of a video, and its file as it is now.
 * @throws Fault bad_input for an unknown video, gone where its file is not there, environment (mount_gone) while its disk
 * is away.
 */
export async function requireVideo(deps: VideoDeps, videoId: string): Promise<KnownFile> {
  const row = await findVideo(deps.db, videoId);
  if (row === undefined) {
    throw new Fault('bad_input', `Expected a video of the library, there is none with the id ${videoId}`, {
      remedy: 'See GET /api/media, or "longplay media list", for what there is; a scan finds new files',
    });
  }
  // Rows are written by scans alone, which know these roots.
  const logical = logicalPath(row.root as Root, row.path);
  const hostRoot = deps.roots.folderOf(row.root as Root);
  await requireRoot(hostRoot);
  const found = await findFile(hostRoot, row.path).catch((error: unknown) => {
    throw scanFault(error, hostRoot);
  });
  if (found === undefined) throw await sourceGone(deps, logical);
  return { row, logical, hostRoot, hostPath: deps.roots.resolve(logical), found };
}

/**
 * Looks into the file anew and brings its row up to date, whatever the file is now.
 * @throws as requireVideo; Fault environment (source_busy) while somebody writes to it, and what keeps it from being read.
 */
export async function refreshVideo(
  deps: VideoDeps,
  videoId: string,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<KnownFile> {
  const known = await requireVideo(deps, videoId);
  const { row, logical, hostRoot, found } = known;
  const examination = { media: deps.media, hostRoot, folder: '', candidates: [], signal };
  const examined = await examine({ file: found, verdict: 'new' }, examination);
  switch (examined.outcome) {
    case 'gone':
      throw await sourceGone(deps, logical);
    case 'growing':
      throw stillWritten(logical);
    case 'written':
      if (examined.facts.valid === null) throw await whyUnread(deps, known, signal);
      await writeVideos(deps.db, { root: row.root, videos: [examined.facts] });
      return requireVideo(deps, videoId);
    case 'same':
    case 'moved':
      throw new Fault('defect', 'a file without candidates was taken for another one');
  }
}

export function stillWritten(logical: LogicalPath): Fault {
  return new Fault('environment', `The video ${logical} is still being written`, {
    waitingReason: 'source_busy',
    remedy: 'It is looked at again by itself',
  });
}

/** Nobody could look into it, which says nothing of the file; asked once more, the trouble tells itself. */
async function whyUnread(
  { media }: VideoDeps,
  { hostPath, logical }: KnownFile,
  signal: AbortSignal,
): Promise<Error> {
  try {
    await hashHeadAndTail(hostPath);
    await media.describe(hostPath, signal);
  } catch (error) {
    signal.throwIfAborted();
    return normalizeError(error);
  }
  return new Fault('transient', `The video ${logical} could not be read just now`);
}

/** As the row tells the file, which is looked into again only where it has changed since (media.md §1.4). */
export async function describeVideo(
  deps: VideoDeps,
  videoId: string,
  step: Pick<StepContext, 'signal'>,
): Promise<KnownFile> {
  const known = await requireVideo(deps, videoId);
  const { row, found } = known;
  const isSame = found.sizeBytes === row.sizeBytes && found.modifiedMs === row.modifiedMs;
  return isSame && row.streams !== null ? known : refreshVideo(deps, videoId, step);
}
