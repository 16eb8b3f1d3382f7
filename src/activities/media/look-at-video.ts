import { createHash } from 'node:crypto';

import { Fault } from '../../domain/faults.js';
import { logicalPath, parseLogicalPath, type LogicalPath } from '../../domain/logical-path.js';
import type { Encoder, Encoding } from '../../domain/media/encode-way.js';
import { reasonsOf } from '../../domain/media/decide-playback.js';
import { showsWell } from '../../domain/media/playable.js';
import { planPlayback } from '../../domain/media/playback-plan.js';
import { askedOutput, defaultOutput, PLAYBACK_ROOT } from '../../domain/media/playback-place.js';
import type { PlaybackWish } from '../../domain/media/playback-wish.js';
import type { PlaybackResult, PlaybackWork, SourceIdentity } from '../../domain/media/playback-work.js';
import { segmentGrid } from '../../domain/media/segments.js';
import type { MediaSource } from '../../domain/media/source.js';
import { findFile } from '../../integrations/files/find-file.js';
import { asPicturesShow } from '../../media/source/as-pictures-show.js';
import { findOutcome, madeOf, saveOutcome } from '../../store/media/playback.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { requireVideo, stillWritten } from './known-video.js';
import { identityOf } from './source-file.js';

export interface Look {
  videoId: string;
  outputPath?: string;
  force: boolean;
  /** Whoever makes it, it is the same file: no part of the profile. */
  encoder?: 'auto' | Encoder;
}

/** What an encode needs of a video's row. */
interface PlayedVideo {
  id: string;
  path: string;
  title: string;
}

export type Looked = { kind: 'done'; result: PlaybackResult } | { kind: 'work'; work: PlaybackWork };

/** Raised whenever the rules give another file for the same wish: what was decided before then counts no more. */
const RULES = 2;

/**
 * Looks at the source as it is now and decides what is to be done (media.md §3.4). What an earlier job has found out or
 * made of the same content with the same wish is not done again.
 * @throws Fault bad_input for an unknown video, a bad output path, or what can become no playback file; gone;
 * environment (mount_gone, source_busy).
 */
export async function lookAtVideo(
  deps: ActivityDeps,
  { videoId, outputPath, force, encoder = 'auto', ...wish }: Look & PlaybackWish,
  step: StepContext,
): Promise<Looked> {
  const { row: video, logical: source } = await requireVideo(deps, videoId);
  const output = await outputOf(deps, { video, outputPath });
  const profile = profileOf(wish, outputPath === undefined ? null : output);
  const before = await identityOf(deps, source);
  const result = force ? undefined : await remembered(deps, { identity: before, profile });
  if (result !== undefined) {
    step.log('info', `nothing to do: ${result.outcome} by an earlier job`, { path: result.path });
    return { kind: 'done', result };
  }
  const said = await describeSteady(deps, { source, before, step });
  const { signal, log } = step;
  const described = await asPicturesShow(deps.media, {
    hostPath: deps.roots.resolve(source),
    said,
    signal,
    log,
  });
  return decide(deps, { video, source, identity: before, described, wish, encoder, profile, output, step });
}

interface Deciding {
  video: PlayedVideo;
  source: LogicalPath;
  identity: SourceIdentity;
  described: MediaSource;
  wish: PlaybackWish;
  encoder: 'auto' | Encoder;
  profile: string;
  output: LogicalPath;
  step: StepContext;
}

async function decide(deps: ActivityDeps, { wish, step, ...looked }: Deciding): Promise<Looked> {
  const { video, source, identity, described, profile } = looked;
  const plan = planPlayback(described, wish, video.path);
  const { decision, notes, dropped } = plan;
  step.log('info', `decided: ${decision.action}`, { reasons: reasonsOf(decision), notes, dropped });
  const work = workOf({ ...looked, plan });
  if (decision.action !== 'nothing') return { kind: 'work', work };
  const result = resultOf(work, {
    ...{ outcome: 'nothing', path: source, videoId: video.id, sizeBytes: identity.sizeBytes },
  });
  await saveOutcome(deps.db, { identity: identity.headTailHash, profile, result, jobId: step.jobId });
  return { kind: 'done', result };
}

/** A file that somebody writes to while it is looked at is not whole yet. */
async function describeSteady(
  deps: ActivityDeps,
  { source, before, step }: { source: LogicalPath; before: SourceIdentity; step: StepContext },
): Promise<MediaSource> {
  const hostPath = deps.roots.resolve(source);
  const described = await deps.media.describe(hostPath, step.signal).catch((error: unknown) => {
    // Of a download it would be the release's fault; of a library it is the file's.
    if (!(error instanceof Fault) || error.kind !== 'release_fault') throw error;
    throw new Fault('bad_input', error.message, { remedy: 'Fetch the file again', cause: error });
  });
  const after = await identityOf(deps, source);
  if (after.sizeBytes === before.sizeBytes && after.modifiedMs === before.modifiedMs) return described;
  throw stillWritten(source);
}

async function outputOf(
  deps: ActivityDeps,
  { video, outputPath }: { video: PlayedVideo; outputPath: string | undefined },
): Promise<LogicalPath> {
  if (outputPath !== undefined) {
    const asked = askedOutput(outputPath);
    const output = logicalPath(PLAYBACK_ROOT, asked);
    if (await isTaken(deps, video, asked)) throw taken(output);
    return output;
  }
  const plain = defaultOutput(video, { taken: false });
  const relative = defaultOutput(video, { taken: await isTaken(deps, video, plain) });
  return logicalPath(PLAYBACK_ROOT, relative);
}

export function taken(output: LogicalPath): Fault {
  return new Fault('bad_input', `Something else stands at ${output}`, {
    remedy: 'Name another place by outputPath, or move that file away',
  });
}

/** A file, or the row of one, that was not made of this video. */
async function isTaken({ db, roots }: ActivityDeps, { id }: PlayedVideo, path: string): Promise<boolean> {
  const derivedFrom = await madeOf(db, { root: PLAYBACK_ROOT, path });
  if (derivedFrom !== undefined) return derivedFrom !== id;
  return (await findFile(roots.folderOf(PLAYBACK_ROOT), path)) !== undefined;
}

/** Where it goes counts only where somebody has said so. */
function profileOf(wish: PlaybackWish, output: string | null): string {
  return createHash('sha256')
    .update(JSON.stringify([RULES, wish, output]))
    .digest('hex')
    .slice(0, 32);
}

/** An output that is gone, or was written to, is made again. */
async function remembered(
  { db, roots }: ActivityDeps,
  { identity, profile }: { identity: SourceIdentity; profile: string },
): Promise<PlaybackResult | undefined> {
  const result = await findOutcome(db, { identity: identity.headTailHash, profile });
  if (result === undefined) return undefined;
  const { root, relative } = parseLogicalPath(result.path);
  const there = await findFile(roots.folderOf(root), relative);
  return there?.sizeBytes === result.sizeBytes ? { ...result, remembered: true } : undefined;
}

function workOf({
  video,
  source,
  identity,
  described,
  profile,
  plan,
  output,
  encoder,
}: Omit<Deciding, 'wish' | 'step'> & { plan: PlaybackWork['plan'] }): PlaybackWork {
  if (described.video === null) throw new Fault('defect', 'a plan was made of a file without a picture');
  const grid = segmentGrid(described, plan);
  const { codec, bitDepth, chroma, rotation } = described.video;
  const isPlayable = showsWell({ ...described, video: described.video }, video.path);
  return {
    ...{ videoId: video.id, source, identity, sourceRate: described.video.frameRate },
    ...{ isPlayable, plan, profile, output },
    chain: { wish: encoder, source: { codec, bitDepth, chroma, rotation } },
    ...(grid === undefined ? {} : { grid }),
  };
}

export function resultOf(
  { identity, plan }: PlaybackWork,
  {
    encoding,
    ...made
  }: Pick<PlaybackResult, 'outcome' | 'path' | 'videoId' | 'sizeBytes'> & { encoding?: Encoding | undefined },
): PlaybackResult {
  const { decision, dropped, notes } = plan;
  return {
    ...{
      ...made,
      remembered: false,
      action: decision.action,
      sourceBytes: identity.sizeBytes,
      dropped,
      notes,
    },
    reasons: reasonsOf(decision),
    ...(encoding === undefined ? {} : { encoding }),
  };
}
