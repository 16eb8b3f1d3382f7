import path from 'node:path';

import { z } from 'zod';

import { classifyFile, likelyCovers } from '../../domain/acquisition/classify.js';
import { renderFolder, templateFor } from '../../domain/acquisition/path-template.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { TAG_WISHES } from '../../domain/acquisition/tag-wish.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { locateTarget, type Target } from '../../integrations/files/target.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import { chooseContents, type Choosing, type Contents } from './choose-contents.js';
import { listDownload, type DownloadedFile } from './download-files.js';

const plannedFile = z.object({
  /** Relative to the download's folder. */
  from: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
});

/** As it is stored: what came later has a default, since older plans lack it. */
export const importPlan = z.object({
  /** Relative to the library's root. */
  folder: z.string(),
  /** The part of `folder` that stood before; empty folders further down are ours to take back. */
  kept: z.string(),
  item: z.custom<MediaItem>(),
  media: z
    .array(plannedFile.extend({ durationSeconds: z.number(), modifiedAtMs: z.number().exactOptional() }))
    .min(1),
  /** Subtitles. */
  extras: z.array(plannedFile).default([]),
  /** Likely covers of the download, the likeliest first. */
  pictures: z.array(z.string()),
  chapters: z.array(z.object({ title: z.string(), startSeconds: z.number(), endSeconds: z.number() })),
  ignored: z.array(z.object({ path: z.string(), why: z.string() })),
  confidence: z
    .object({ percent: z.number(), why: z.string() })
    .default({ percent: 100, why: 'planned before confidence was told' }),
  writeTags: z.enum(TAG_WISHES).default('never'),
});

export type ImportPlan = z.output<typeof importPlan>;

export interface Planning extends Choosing {
  library: LibraryRow;
}

/** Lists, classifies and probes; the same download always gives the same plan. */
export async function makePlan(deps: ActivityDeps, planning: Planning): Promise<ImportPlan> {
  const { library, item } = planning;
  const { plain, links } = await listDownload(deps, planning);
  const contents = await chooseContents(deps, planning, plain);
  const template = templateFor(library.pathTemplate, item.mediaType);
  const located = await locateFolder(deps, library, renderFolder(template, item));
  return {
    folder: located.path,
    kept: located.kept,
    item,
    ...contents,
    writeTags: item.mediaType === 'audiobook' ? library.writeTags : 'never',
    pictures: likelyCovers(plain.map(({ path: file }) => file)),
    ignored: [...leftOut(plain, contents, item), ...links.map((file) => ({ path: file, why: 'link' }))],
  };
}

/** Episodes share their season's folder; everything else has one of its own. */
export function sharesFolder({ mediaType }: MediaItem): boolean {
  return mediaType === 'episode';
}

/** What an import claims: its folder, or in a shared one its name. `media`: as they will be called, the first one counts. */
export function claimOf(
  target: string,
  { item, media }: { item: MediaItem; media: readonly { name: string }[] },
): string {
  return sharesFolder(item) ? `${target}/${stemOf({ media })}` : target;
}

/** What the files of a shared folder are called but for their extensions: the claim of one import, and its stage. */
export function stemOf({ media }: { media: readonly { name: string }[] }): string {
  return path.parse(media[0]?.name ?? '').name;
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

function leftOut(
  files: readonly DownloadedFile[],
  { media, extras }: Contents,
  { mediaType }: MediaItem,
): ImportPlan['ignored'] {
  const taken = new Set([...media, ...extras].map(({ from }) => from));
  return files
    .filter(({ path: file }) => !taken.has(file))
    .map(({ path: file }) => ({ path: file, why: whyNot(file, mediaType) }));
}

function whyNot(file: string, mediaType: MediaItem['mediaType']): string {
  const what = classifyFile(file, mediaType);
  if (what !== 'media') return what === 'otherMedia' ? 'media of another kind' : what;
  switch (mediaType) {
    case 'audiobook':
      return 'the same in another format';
    case 'ebook':
      return 'another format, or another book';
    case 'movie':
      return 'another film';
    case 'episode':
      return 'another episode';
  }
}
