import { rm } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { inLibrary } from '../../domain/acquisition/library-paths.js';
import { metadataJson, metadataOpf } from '../../domain/acquisition/sidecar.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import {
  publishSet,
  withdrawSet,
  type PublishedFile,
  type SetFile,
} from '../../integrations/files/publish-set.js';
import { statIfThere, type Target } from '../../integrations/files/target.js';
import { findDownload, type DownloadRow } from '../../store/acquisition/downloads.js';
import {
  commitImport,
  discardImport,
  findImport,
  planImport,
  recordVerified,
  releaseClaim,
  verifiedBefore,
} from '../../store/acquisition/imports.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import { violatedUnique } from '../../store/database.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { getLibrary } from './library.js';
import { prepareCover } from './cover.js';
import { requireImportRoom } from './import-space.js';
import { claimOf, importPlan, makePlan, sharesFolder, stemOf, type ImportPlan } from './import-plan.js';
import { tagStaged, tellUntagged, wantsOwn } from './import-tags.js';
import { verifyMedia } from './import-verify.js';
import { previewImport, type ImportPreview } from './preview-import.js';
import { requireOnline } from './root-state.js';

const publishedFiles = z.array(
  z.object({
    name: z.string(),
    sizeBytes: z.number(),
    sha256: z.string().nullable(),
    inode: z.string().optional(),
    mode: z.enum(['hardlink', 'reflink', 'copy', 'written', 'found']),
    sourceSha256: z.string().optional(),
  }),
);

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Lists, classifies and probes every file, and claims the target: decided once, whatever happens later. */
  planImport: async (
    {
      downloadId,
      libraryId,
      item,
      requestId,
      accepted = false,
    }: {
      downloadId: string;
      libraryId: string;
      item: MediaItem;
      requestId?: string;
      accepted?: boolean;
    },
    step: StepContext,
  ): Promise<{ folder: string; files: number }> => {
    const decided = (await findStored(deps, step.jobId))?.plan;
    if (decided !== undefined) return { folder: decided.folder, files: decided.media.length };
    const download = await getDownload(deps, downloadId);
    const library = await getLibrary(deps, libraryId);
    await requireOnline(deps, library);
    const plan = await makePlan(deps, { download, library, item, accepted, step });
    await claimTarget(deps, { jobId: step.jobId, requestId: requestId ?? null, library, plan });
    for (const { path: left, why } of plan.ignored) step.log('info', `leaves out ${left}: ${why}`);
    step.log('info', `${plan.confidence.percent} % sure: ${plan.confidence.why}`);
    return { folder: plan.folder, files: plan.media.length };
  },

  /** What planImport would decide; claims nothing. */
  previewImport: async (
    { downloadId, libraryId, item }: { downloadId: string; libraryId: string; item: MediaItem },
    step: StepContext,
  ): Promise<ImportPreview> => {
    const download = await getDownload(deps, downloadId);
    const library = await getLibrary(deps, libraryId);
    await requireOnline(deps, library);
    return previewImport(deps, { download, library, item, step });
  },

  /** All of the plan or nothing: staged, verified, recorded, fenced, shown. */
  importFiles: async (
    { downloadId, libraryId }: { downloadId: string; libraryId: string },
    step: StepContext,
  ): Promise<{ folder: string; files: number; mode: string }> => {
    const { plan, logical, target, verified, committed } = await getStored(deps, step.jobId);
    const download = await getDownload(deps, downloadId);
    const library = await getLibrary(deps, libraryId);
    if (!committed && verified.length === 0)
      await requireImportRoom(deps, { jobId: step.jobId, library, plan });
    try {
      const published = await publishSet({
        target,
        files: await prepareFiles(deps, { plan, download, step }).catch((error: unknown) => {
          throw error === step.signal.reason ? error : diskFault(error);
        }),
        attemptId: step.attemptId,
        earlier: verified,
        others: await findOthers(deps, { jobId: step.jobId, target: logical }),
        record: (files) => recordVerified(deps.db, { jobId: step.jobId, files }),
        // The disk may have gone away while its files were staged.
        fence: async () => {
          await requireOnline(deps, library);
          await step.fence();
        },
        signal: step.signal,
        onBytes: countBytes(plan, step),
        verify: (file) => verifyMedia(deps, { ...file, plan, step }),
        amend: (staged) => tagStaged(deps, { staged, plan, step }),
      });
      await commitImport(deps.db, { jobId: step.jobId, files: manifestOf(published, { plan, logical }) });
      const mode = published.at(-1)?.mode ?? 'copy';
      tellUntagged(plan, { published, step });
      step.log('info', `filed ${published.length} files to ${plan.folder} (${mode})`);
      return { folder: plan.folder, files: published.length, mode };
    } finally {
      await removeScratch(deps, step.jobId);
    }
  },

  /** What a killed attempt has staged; what is filed, and the claim on its place, stay for a retry. */
  tidyImport: async (_input: object, step: StepContext): Promise<void> => {
    await removeScratch(deps, step.jobId);
    const stored = await findStored(deps, step.jobId);
    if (stored !== undefined) await withdrawSet(stored.target, []);
  },

  /** Nothing of an import that was not committed stays: no file, no empty folder of ours, no claim. */
  discardImport: async (_input: object, step: StepContext): Promise<void> => {
    await removeScratch(deps, step.jobId);
    const stored = await findStored(deps, step.jobId);
    if (stored === undefined || stored.committed) return;
    await withdrawSet(stored.target, stored.verified);
    await discardImport(deps.db, step.jobId);
  },
}));

export type ImportSteps = StepsOf<typeof steps>;

async function getDownload({ db }: ActivityDeps, id: string): Promise<DownloadRow> {
  const download = await findDownload(db, id);
  if (download !== undefined) return download;
  throw new Fault('gone', `There is no download "${id}"`);
}

interface StoredImport {
  plan: ImportPlan;
  /** The target folder's logical path. */
  logical: string;
  target: Target;
  /** What an earlier attempt has verified and may have shown. */
  verified: PublishedFile[];
  committed: boolean;
}

async function findStored({ db, roots }: ActivityDeps, jobId: string): Promise<StoredImport | undefined> {
  const row = await findImport(db, jobId);
  if (row === undefined) return undefined;
  const plan = importPlan.parse(row.plan);
  const { root, relative } = parseLogicalPath(row.target);
  roots.resolve(row.target);
  const base = relative.slice(0, relative.length - plan.folder.length);
  const kept = plan.kept === '' ? base.replace(/\/$/, '') : `${base}${plan.kept}`;
  return {
    plan,
    logical: row.target,
    target: {
      ...{ root: roots.folderOf(root), path: relative, kept },
      ...(sharesFolder(plan.item) ? { sharedBy: stemOf(plan) } : {}),
    },
    verified: publishedFiles.parse(row.verified ?? []),
    committed: row.committed,
  };
}

async function findOthers(
  { db }: ActivityDeps,
  { jobId, target }: { jobId: string; target: string },
): Promise<PublishedFile[]> {
  const others = await verifiedBefore(db, { jobId, target });
  return others.flatMap((files) => publishedFiles.parse(files));
}

async function getStored(deps: ActivityDeps, jobId: string): Promise<StoredImport> {
  const stored = await findStored(deps, jobId);
  if (stored !== undefined) return stored;
  throw new Fault('bad_input', `The import of ${jobId} has no target any more: it was given to another job`, {
    remedy: 'Ask for the item again',
  });
}

/** A claim ends with its files: what was deleted from the library, or never came there, can be filed again. */
async function claimTarget(
  deps: ActivityDeps,
  claiming: { jobId: string; requestId: string | null; library: LibraryRow; plan: ImportPlan },
): Promise<void> {
  const { jobId, requestId, library, plan } = claiming;
  const target = inLibrary(library, plan.folder);
  const claim = claimOf(target, plan);
  const row = { jobId, requestId, target, claim, manifest: plan };
  if (await tryToClaim(deps, row)) return;
  const held = sharesFolder(plan.item) ? `${target}/${plan.media[0]?.name ?? ''}` : target;
  const isEmpty = (await statIfThere(deps.roots.resolve(held))) === undefined;
  if ((await releaseClaim(deps.db, { claim, isEmpty })) && (await tryToClaim(deps, row))) return;
  throw new Fault(
    'bad_input',
    `Another job has filed something to ${claim.slice(target.length - plan.folder.length)} already`,
    {
      remedy: 'Delete that item first, or change the path template',
    },
  );
}

async function tryToClaim({ db }: ActivityDeps, row: Parameters<typeof planImport>[1]): Promise<boolean> {
  try {
    await planImport(db, row);
    return true;
  } catch (error) {
    if (violatedUnique(error) !== 'imports_target') throw error;
    return false;
  }
}

/** Extras first, media last. */
async function prepareFiles(
  deps: ActivityDeps,
  { plan, download, step }: { plan: ImportPlan; download: DownloadRow; step: StepContext },
): Promise<SetFile[]> {
  const sourceOf = (from: string): string => deps.roots.resolve(`${download.directory}/${from}`);
  const cover = sharesFolder(plan.item)
    ? undefined
    : await prepareCover(deps, { plan: coverSources(plan), sourceOf, step });
  return [
    ...sidecarsOf(plan),
    ...(cover === undefined ? [] : [cover]),
    ...plan.extras.map(({ name, from }) => ({ name, source: sourceOf(from) })),
    ...plan.media.map(({ name, from }) => ({ name, source: sourceOf(from), own: wantsOwn(plan, name) })),
  ];
}

/** A film's own picture is a frame, and FFmpeg reads no ebook: those have a cover beside them, or none. */
function coverSources({ item, pictures, media }: ImportPlan): Pick<ImportPlan, 'pictures' | 'media'> {
  return { pictures, media: item.mediaType === 'audiobook' ? media : [] };
}

/** Media servers read a film's or an episode's facts from its name. */
function sidecarsOf({ item, chapters }: ImportPlan): SetFile[] {
  if (item.mediaType !== 'audiobook' && item.mediaType !== 'ebook') return [];
  return [
    { name: 'metadata.json', text: metadataJson(item, chapters) },
    { name: 'metadata.opf', text: metadataOpf(item) },
  ];
}

async function removeScratch({ roots }: ActivityDeps, jobId: string): Promise<void> {
  await rm(path.join(roots.folderOf('scratch'), jobId), { recursive: true, force: true });
}

function countBytes(plan: ImportPlan, step: StepContext): (bytes: number) => void {
  const total = plan.media.reduce((sum, file) => sum + file.sizeBytes, 0);
  let done = 0;
  return (bytes) => {
    done += bytes;
    step.progress({ done: Math.min(done, total), total, unit: 'bytes' });
  };
}

function manifestOf(
  published: readonly PublishedFile[],
  { plan, logical }: { plan: ImportPlan; logical: string },
): Parameters<typeof commitImport>[1]['files'] {
  return published.map(({ name, inode: _inode, ...file }) => ({
    ...file,
    path: `${logical}/${name}`,
    durationSeconds: plan.media.find((planned) => planned.name === name)?.durationSeconds ?? null,
  }));
}
