import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import type { Size } from '../../domain/media/picture.js';
import type { MediaSource } from '../../domain/media/source.js';
import { planStill, type SpritePlan, type ThumbnailPlan } from '../../domain/media/thumbnail-plan.js';
import { within } from '../../media/ffmpeg/within.js';
import { spriteRun, stillRun } from '../../media/plan/thumbnail-options.js';
import { verifyPicture } from '../../media/verify/look-at-picture.js';
import type { ActivityDeps } from '../deps.js';
import { makePicture, takeStill, type Still, type Taking } from './take-still.js';
import type { PictureKind } from './thumbnail-folder.js';

type PictureDeps = Pick<ActivityDeps, 'media'>;

interface Making extends Taking {
  described: MediaSource;
}

/** A picture that has passed its checks and is not published yet. */
export interface MadePicture extends Size {
  kind: PictureKind;
  file: string;
  bytes: number;
}

export interface MadePictures {
  still: Still & { tries: number };
  thumbnail: MadePicture;
  poster: MadePicture | null;
  sprite: MadePicture | null;
}

/** Takes and verifies all pictures of a plan, in a folder of the caller's. @throws as takeStill and verifyPicture. */
export async function makePictures(deps: PictureDeps, making: Making): Promise<MadePictures> {
  const { plan } = making;
  const still = await takeStill(deps, making);
  return {
    still,
    thumbnail: await verified(deps, making, {
      ...{ kind: 'thumbnail', file: still.file, size: sizeOf(plan, still) },
    }),
    poster: plan.posterWidth === null ? null : await makePoster(deps, making, still),
    sprite: plan.sprite === null ? null : await makeSprite(deps, making, plan.sprite),
  };
}

async function verified(
  { media }: PictureDeps,
  { step: { signal } }: Making,
  { kind, file, size }: { kind: PictureKind; file: string; size: Size | { atMost: number } },
): Promise<MadePicture> {
  return { kind, file, ...(await verifyPicture(media, { file, size, signal })) };
}

/** How large a cover is tells only itself. */
function sizeOf({ still, width }: ThumbnailPlan, { place }: Still): Size | { atMost: number } {
  return place.kind === 'cover' || still === null ? { atMost: width } : still.size;
}

/** The same place again, larger. */
async function makePoster(deps: PictureDeps, making: Making, still: Still): Promise<MadePicture> {
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

async function makeSprite(deps: PictureDeps, making: Making, sprite: SpritePlan): Promise<MadePicture> {
  const { source, plan, folder, step } = making;
  if (plan.still === null) throw new Fault('defect', 'a sprite was planned of a file without a picture');
  const run = spriteRun(source, plan.still, sprite);
  const file = path.join(folder, 'sprite');
  await within(sprite.limitMs, step.signal, (signal) => makePicture(deps.media, { run, file, signal }));
  const size = { width: sprite.tile.width * sprite.columns, height: sprite.tile.height * sprite.rows };
  return verified(deps, making, { kind: 'sprite', file, size });
}
