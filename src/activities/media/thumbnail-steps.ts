import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import type { LogicalPath } from '../../domain/logical-path.js';
import type { PictureVerdict } from '../../domain/media/judge-picture.js';
import type { Size } from '../../domain/media/picture.js';
import type { MediaSource } from '../../domain/media/source.js';
import {
  planStill,
  planThumbnail,
  type SpritePlan,
  type StillPlace,
  type ThumbnailPlan,
  type ThumbnailWish,
} from '../../domain/media/thumbnail-plan.js';
import { within } from '../../media/ffmpeg/within.js';
import { spriteRun, stillRun } from '../../media/plan/thumbnail-options.js';
import { verifyPicture } from '../../media/verify/look-at-picture.js';
import { setThumbnail } from '../../store/media/thumbnails.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { makeAttemptFolder, removeAttemptFolder, removeAttemptFolders } from './attempt-folder.js';
import { describeVideo } from './known-video.js';
import { makePicture, takeStill, type Still } from './take-still.js';
import { picturePath, publishPictures, THUMBNAIL_ROOT, type PictureKind } from './thumbnail-folder.js';
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
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Plan, take, verify, fence, publish (media.md §3.9). A second run gives the same pictures. */
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

interface Making {
  videoId: string;
  /** Host path of the video. */
  source: string;
  described: MediaSource;
  plan: ThumbnailPlan;
  folder: string;
  step: StepContext;
}

async function makeThumbnail(
  deps: ActivityDeps,
  { videoId, wish, step }: { videoId: string; wish: ThumbnailWish; step: StepContext },
): Promise<ThumbnailResult> {
  const { row, hostPath } = await describeVideo(deps, videoId, step);
  const described = row.streams;
  if (described === null) {
    throw new Fault('bad_input', `Nothing is known of what is in it: ${row.invalidReason ?? 'unread'}`, {
      remedy: 'Fetch the file again',
    });
  }
  const plan = planThumbnail(described, wish);
  const folder = await makeAttemptFolder(deps, THUMBNAIL_ROOT, step);
  const making = { videoId, source: hostPath, described, plan, folder, step };
  const still = await takeStill(deps, making);
  const made = [
    await verified(deps, making, { kind: 'thumbnail', file: still.file, size: sizeOf(plan, still) }),
    ...(plan.posterWidth === null ? [] : [await makePoster(deps, making, still)]),
    ...(plan.sprite === null ? [] : [await makeSprite(deps, making, plan.sprite)]),
  ] as const;
  await publishPictures(
    deps,
    made.map(({ file, picture }) => ({ file, path: picture.path })),
    step,
  );
  await setThumbnail(deps.db, { videoId, path: picturePath(videoId, 'thumbnail') });
  return resultOf(plan, still, made);
}

interface Made {
  kind: PictureKind;
  file: string;
  picture: Picture;
}

async function verified(
  { media }: ActivityDeps,
  { videoId, step }: Making,
  { kind, file, size }: { kind: PictureKind; file: string; size: Size | { atMost: number } },
): Promise<Made> {
  const { signal } = step;
  const picture = await verifyPicture(media, { file, size, signal });
  return { kind, file, picture: { path: picturePath(videoId, kind), ...picture } };
}

/** How large a cover is tells only itself. */
function sizeOf({ still, width }: ThumbnailPlan, { place }: Still): Size | { atMost: number } {
  return place.kind === 'cover' || still === null ? { atMost: width } : still.size;
}

/** The same place again, larger. */
async function makePoster(deps: ActivityDeps, making: Making, still: Still): Promise<Made> {
  const { source, described, folder, step } = making;
  const width = making.plan.posterWidth ?? making.plan.width;
  const { video } = described;
  const plan = {
    ...making.plan,
    width,
    still: making.plan.still === null || video === null ? null : planStill(video, width),
  };
  const file = path.join(folder, 'poster');
  await within(plan.limitMs, step.signal, (signal) =>
    makePicture(deps.media, { run: stillRun(source, still.place, plan), file, signal }),
  );
  return verified(deps, making, { kind: 'poster', file, size: sizeOf(plan, still) });
}

async function makeSprite(deps: ActivityDeps, making: Making, sprite: SpritePlan): Promise<Made> {
  const { source, plan, folder, step } = making;
  if (plan.still === null) throw new Fault('defect', 'a sprite was planned of a file without a picture');
  const run = spriteRun(source, plan.still, sprite);
  const file = path.join(folder, 'sprite');
  await within(sprite.limitMs, step.signal, (signal) => makePicture(deps.media, { run, file, signal }));
  const size = { width: sprite.tile.width * sprite.columns, height: sprite.tile.height * sprite.rows };
  return verified(deps, making, { kind: 'sprite', file, size });
}

function resultOf(
  { sprite, notes }: ThumbnailPlan,
  { place, verdict, tries }: Still & { tries: number },
  [thumbnail, ...others]: readonly [Made, ...Made[]],
): ThumbnailResult {
  const of = (kind: PictureKind): Picture | null =>
    others.find((made) => made.kind === kind)?.picture ?? null;
  const tiles = of('sprite');
  return {
    ...thumbnail.picture,
    ...{ takenFrom: place, verdict, tries, poster: of('poster'), notes },
    sprite:
      sprite === null || tiles === null
        ? null
        : {
            ...tiles,
            ...{ columns: sprite.columns, rows: sprite.rows, tile: sprite.tile },
            everySeconds: sprite.everySeconds,
          },
  };
}
