import { Fault } from '../../domain/faults.js';
import { parseLogicalPath, type LogicalPath } from '../../domain/logical-path.js';
import type { PictureVerdict } from '../../domain/media/judge-picture.js';
import type { Size } from '../../domain/media/picture.js';
import {
  planThumbnail,
  type SpritePlan,
  type StillPlace,
  type ThumbnailPlan,
  type ThumbnailWish,
} from '../../domain/media/thumbnail-plan.js';
import { findPictureOutcome, savePictureOutcome, setPictures } from '../../store/media/thumbnails.js';
import { findFile } from '../../integrations/files/find-file.js';
import type { ActivityDeps } from '../deps.js';
import { hashInput } from '../jobs/step-key.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { makeAttemptFolder, removeAttemptFolder, removeAttemptFolders } from './attempt-folder.js';
import { describeVideo } from './known-video.js';
import { makePictures, type MadePicture, type MadePictures } from './make-pictures.js';
import { identityOf } from './source-file.js';
import { picturePath, publishPictures, THUMBNAIL_ROOT } from './thumbnail-folder.js';
import { telling } from './told-fault.js';

interface Picture extends Size {
  path: LogicalPath;
  bytes: number;
}

export interface ThumbnailResult extends Picture {
  takenFrom: StillPlace;
  /** Anything but `good` and `blurred`: the video has nothing better to show. */
  verdict: PictureVerdict;
  /** Places that were tried. */
  tries: number;
  poster: Picture | null;
  /** Small pictures from left to right and down, one each so many seconds. */
  sprite: (Picture & Pick<SpritePlan, 'columns' | 'rows' | 'tile' | 'everySeconds'>) | null;
  notes: string[];
  /** True: an earlier job had the same to do, and nothing was done again. */
  remembered: boolean;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Plan, take, verify, fence, publish (media.md §3.9). A second run does nothing. */
  makeThumbnail: async (
    { videoId, ...wish }: ThumbnailWish & { videoId: string },
    step: StepContext,
  ): Promise<ThumbnailResult> => {
    try {
      return await telling(deps, step, () => makeThumbnail(deps, { videoId, wish, step }));
    } finally {
      await removeAttemptFolder(deps, THUMBNAIL_ROOT, step);
    }
  },

  tidyThumbnail: async (_input: object, { jobId }: StepContext): Promise<void> => {
    await removeAttemptFolders(deps, THUMBNAIL_ROOT, jobId);
  },
}));

export type ThumbnailSteps = StepsOf<typeof steps>;

async function makeThumbnail(
  deps: ActivityDeps,
  { videoId, wish, step }: { videoId: string; wish: ThumbnailWish; step: StepContext },
): Promise<ThumbnailResult> {
  const { row, hostPath, logical } = await describeVideo(deps, videoId, step);
  const described = row.streams;
  if (described === null) {
    throw new Fault('bad_input', `Nothing is known of what is in it: ${row.invalidReason ?? 'unread'}`, {
      remedy: 'Fetch the file again',
    });
  }
  const key = { videoId, identity: (await identityOf(deps, logical)).headTailHash, wish: wishKey(wish) };
  const earlier = await remembered(deps, key);
  if (earlier !== undefined) {
    step.log('info', 'nothing to do: an earlier job has made the same', { path: earlier.path });
    return earlier;
  }
  const plan = planThumbnail(described, wish);
  const folder = await makeAttemptFolder(deps, THUMBNAIL_ROOT, step);
  const made = await makePictures(deps, { source: hostPath, described, plan, folder, step });
  const pictures = [made.thumbnail, made.poster, made.sprite].filter((picture) => picture !== null);
  await publishPictures(
    deps,
    pictures.map(({ file, kind }) => ({ file, path: picturePath(videoId, kind) })),
    step,
  );
  const result = resultOf(videoId, plan, made);
  const { path: thumbnail, poster, sprite } = result;
  const paths = { videoId, thumbnail, poster: poster?.path ?? null, sprite: sprite?.path ?? null };
  await deps.db.transaction(async (tx) => {
    await setPictures(tx, paths);
    await savePictureOutcome(tx, { ...key, result, jobId: step.jobId });
  });
  return result;
}

/** Raised whenever the rules give another picture for the same wish. */
const RULES = 1;

function wishKey(wish: ThumbnailWish): string {
  return hashInput([RULES, wish]);
}

/** A picture that is gone, or that another wish has replaced, is made again. */
async function remembered(
  { db, roots }: ActivityDeps,
  key: { videoId: string; identity: string; wish: string },
): Promise<ThumbnailResult | undefined> {
  const result = await findPictureOutcome<ThumbnailResult>(db, key);
  if (result === undefined) return undefined;
  for (const picture of [result, result.poster, result.sprite]) {
    if (picture === null) continue;
    const { root, relative } = parseLogicalPath(picture.path);
    const there = await findFile(roots.folderOf(root), relative);
    if (there?.sizeBytes !== picture.bytes) return undefined;
  }
  return { ...result, remembered: true };
}

function resultOf(videoId: string, { sprite, notes }: ThumbnailPlan, made: MadePictures): ThumbnailResult {
  const of = ({ kind, width, height, bytes }: MadePicture): Picture => {
    return { path: picturePath(videoId, kind), width, height, bytes };
  };
  const { place, verdict, tries } = made.still;
  return {
    ...of(made.thumbnail),
    ...{ takenFrom: place, verdict, tries, notes, remembered: false },
    poster: made.poster === null ? null : of(made.poster),
    sprite:
      sprite === null || made.sprite === null
        ? null
        : {
            ...of(made.sprite),
            ...{ columns: sprite.columns, rows: sprite.rows, tile: sprite.tile },
            everySeconds: sprite.everySeconds,
          },
  };
}
