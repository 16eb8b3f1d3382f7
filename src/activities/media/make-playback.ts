import { rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { parseLogicalPath, type LogicalPath } from '../../domain/logical-path.js';
import { ENCODERS, type Encoding } from '../../domain/media/encode-way.js';
import { PLAYBACK_ROOT } from '../../domain/media/playback-place.js';
import { playbackBytes } from '../../domain/media/playback-size.js';
import type { PlaybackWork } from '../../domain/media/playback-work.js';
import { findFile } from '../../integrations/files/find-file.js';
import { showFile } from '../../integrations/files/show-file.js';
import { syncFile, syncFolders } from '../../integrations/files/sync.js';
import { makeFolders } from '../../integrations/files/target.js';
import type { FfmpegDone, FfmpegRun } from '../../media/ffmpeg/run.js';
import { verifyPlayback } from '../../media/verify/verify-playback.js';
import { checkpointsOf, madeOf } from '../../store/media/playback.js';
import type { ActivityDeps } from '../deps.js';
import { holdSpace, type HeldSpace } from '../jobs/reserved-space.js';
import type { StepContext } from '../jobs/step.js';
import { makeAttemptFolder, removeAttemptFolder } from './attempt-folder.js';
import { taken } from './look-at-video.js';

const encodingShape = z.object({
  encoder: z.enum(ENCODERS),
  device: z.string().nullable(),
  decode: z.enum(['hardware', 'software']),
  failed: z.array(z.object({ way: z.string(), reason: z.string() })),
});
const published = z.object({
  kind: z.literal('published'),
  sizeBytes: z.number(),
  inode: z.string(),
  encoding: encodingShape.optional(),
});
const checkpointShape = z.object({ publishing: published });

/** The file that was made: published, or thrown away since the original is smaller (media.md V10). */
export type MadePlayback = Published | { kind: 'kept_original'; encoding?: Encoding | undefined };

type Published = z.output<typeof published>;

export interface Making {
  work: PlaybackWork;
  step: StepContext;
  /** The run that makes it, without its output. */
  run: Pick<FfmpegRun, 'inputs' | 'options'>;
  /** Pictures that were counted while they were encoded. */
  frames?: number;
  /** What has encoded them. */
  encoding?: Encoding | undefined;
}

/**
 * Makes the file beside its target, verifies it against its plan, and publishes it by a rename (jobs.md §5 "Irreversible
 * acts"). Whatever goes wrong, nothing of it stays.
 * @throws as RunFfmpeg and verifyPlayback; Fault bad_input where somebody else's file has taken the place.
 */
export async function makePlayback(deps: ActivityDeps, making: Making): Promise<MadePlayback> {
  const { work, step } = making;
  const earlier = await findPublished(deps, making);
  if (earlier !== undefined) return earlier;
  const { plan, identity, output } = work;
  const told = making.encoding === undefined ? {} : { encoding: making.encoding };
  const room = await holdSpace(deps, step, [
    { place: output, bytes: playbackBytes(plan, identity.sizeBytes) },
  ]);
  try {
    const file = path.join(await makeAttemptFolder(deps, PLAYBACK_ROOT, step), 'made.mp4');
    const { errors } = await runTelling(deps, { ...making, file, room });
    const expected = making.frames === undefined ? { plan } : { plan, frames: making.frames };
    const { sizeBytes } = await verifyPlayback(deps.media, {
      ...expected,
      file,
      errors,
      signal: step.signal,
    });
    step.log('info', `verified: ${sizeBytes} bytes of ${work.identity.sizeBytes}`);
    if (work.isPlayable && plan.video.kind === 'encode' && sizeBytes >= work.identity.sizeBytes)
      return { kind: 'kept_original', ...told };
    return await publish(deps, { work, step, file, told });
  } finally {
    await removeAttemptFolder(deps, PLAYBACK_ROOT, step);
    await room.release();
  }
}

async function runTelling(
  { media }: ActivityDeps,
  { work, step, run, file, room }: Making & { file: string; room: HeldSpace },
): Promise<FfmpegDone> {
  const { seconds } = work.plan;
  return media.run({
    ...run,
    output: file,
    signal: step.signal,
    ...(seconds === null ? {} : { expectedSeconds: seconds }),
    onProgress: (at) => {
      const done = seconds === null ? at.seconds : Math.min(at.seconds, seconds);
      step.progress({ done, total: seconds, unit: 'seconds' });
      if (seconds !== null) room.written(done / seconds);
    },
  });
}

/** The checkpoint tells the very file that is about to be renamed: by its inode the next attempt knows that it was. */
async function publish(
  deps: ActivityDeps,
  {
    work,
    step,
    file,
    told,
  }: { work: PlaybackWork; step: StepContext; file: string; told: { encoding?: Encoding } },
): Promise<MadePlayback> {
  const { root, relative } = parseLogicalPath(work.output);
  await syncFile(file);
  const folder = path.posix.dirname(relative);
  await makeFolders(deps.roots.folderOf(root), folder === '.' ? '' : folder);
  const { size, ino } = await stat(file, { bigint: true });
  const made = { kind: 'published', sizeBytes: Number(size), inode: String(ino), ...told } as const;
  await step.saveCheckpoint({ publishing: made });
  await step.fence();
  const target = deps.roots.resolve(work.output);
  // Somebody may have put a file there since the plan was made; only one of this video is replaced.
  const replace = (await madeOf(deps.db, { root, path: relative })) === work.videoId;
  if (!(await showFile(file, target, { replace }))) throw taken(work.output);
  await syncFolders([path.dirname(target)]);
  step.log('info', `published as ${work.output}`);
  return made;
}

/** What an earlier attempt has renamed before its worker died. */
async function findPublished(deps: ActivityDeps, { work, step }: Making): Promise<MadePlayback | undefined> {
  const { data } = checkpointShape.safeParse(step.checkpoint);
  if (data === undefined || !(await isPublished(deps, work.output, data.publishing))) return undefined;
  await step.fence();
  return data.publishing;
}

/** The very file stands at its place. */
async function isPublished({ roots }: ActivityDeps, output: LogicalPath, made: Published): Promise<boolean> {
  const { root, relative } = parseLogicalPath(output);
  const there = await findFile(roots.folderOf(root), relative);
  return there?.inode === made.inode && there.sizeBytes === made.sizeBytes;
}

/** Takes back what a cancelled job has published, and nothing that somebody else has put there. */
export async function removePublished(deps: ActivityDeps, output: LogicalPath, jobId: string): Promise<void> {
  for (const checkpoint of await checkpointsOf(deps.db, jobId)) {
    const { data } = checkpointShape.safeParse(checkpoint);
    if (data === undefined || !(await isPublished(deps, output, data.publishing))) continue;
    await rm(deps.roots.resolve(output), { force: true });
  }
}
