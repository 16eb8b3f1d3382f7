import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { isBetter, showsSomething, type PictureVerdict } from '../../domain/media/judge-picture.js';
import type { StillPlace, ThumbnailPlan } from '../../domain/media/thumbnail-plan.js';
import { FfmpegFault } from '../../media/ffmpeg/ffmpeg-fault.js';
import { within } from '../../media/ffmpeg/within.js';
import { stillRun, type StillRun } from '../../media/plan/thumbnail-options.js';
import { judgeFile, pictureBytes } from '../../media/verify/look-at-picture.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';

/** A picture that was taken and is not published yet. */
export interface Still {
  file: string;
  place: StillPlace;
  verdict: PictureVerdict;
}

export interface Taking {
  /** Host path of the video. */
  source: string;
  plan: ThumbnailPlan;
  /** Where pictures are made. */
  folder: string;
  step: StepContext;
}

/**
 * Climbs down the places of the plan until a picture is good (media.md §3.9); where none is, the best of them. Beyond the
 * moments it goes only where they show nothing.
 * @throws Fault bad_input where not one picture decodes; transient beyond the time limit; as RunFfmpeg.
 */
export async function takeStill(
  { media }: Pick<ActivityDeps, 'media'>,
  taking: Taking,
): Promise<Still & { tries: number }> {
  let best: Still | undefined;
  let tries = 0;
  for (const place of taking.plan.places) {
    if (best !== undefined && place.kind !== 'moment' && showsSomething(best.verdict)) break;
    tries += 1;
    const still = await tryPlace(media, taking, { place, name: `still-${tries}` });
    taking.step.log('info', `${sayPlace(place)}: ${still?.verdict ?? 'no picture'}`);
    if (still === undefined) continue;
    if (best === undefined || isBetter(still.verdict, best.verdict)) best = still;
    if (best.verdict === 'good') break;
  }
  if (best !== undefined) return { ...best, tries };
  throw new Fault('bad_input', 'Expected a video of which a picture decodes, none does', {
    remedy: 'Fetch the file again: what is in it is damaged',
  });
}

async function tryPlace(
  media: ActivityDeps['media'],
  { source, plan, folder, step }: Taking,
  { place, name }: { place: StillPlace; name: string },
): Promise<Still | undefined> {
  const file = path.join(folder, name);
  return within(plan.limitMs, step.signal, async (signal) => {
    const isMade = await makePicture(media, { run: stillRun(source, place, plan), file, signal });
    return isMade ? { file, place, verdict: await judgeFile(media, { file, signal }) } : undefined;
  });
}

/** False where there is no picture: past the end, or in a damaged part; FFmpeg's versions tell so in many ways. */
export async function makePicture(
  media: Pick<ActivityDeps['media'], 'run'>,
  { run, file, signal }: { run: StillRun; file: string; signal: AbortSignal },
): Promise<boolean> {
  try {
    await media.run({ ...run, output: file, signal });
  } catch (error) {
    const isContent = error instanceof FfmpegFault && ['bad_input', 'failed'].includes(error.trouble);
    if (!isContent) throw error;
    return false;
  }
  return (await pictureBytes(file)) !== undefined;
}

function sayPlace(place: StillPlace): string {
  switch (place.kind) {
    case 'moment':
      return `at ${place.seconds.toFixed(1)} s`;
    case 'first':
      return 'the first picture';
    case 'cover':
      return 'the cover';
  }
}
