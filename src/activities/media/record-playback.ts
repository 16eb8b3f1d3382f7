import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import type { PlaybackResult, PlaybackWork } from '../../domain/media/playback-work.js';
import { findFile } from '../../integrations/files/find-file.js';
import { hashHeadAndTail } from '../../integrations/files/head-tail.js';
import { linkPlayback, saveOutcome } from '../../store/media/playback.js';
import { writeVideos } from '../../store/media/video-scan.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { resultOf } from './look-at-video.js';
import type { MadePlayback } from './make-playback.js';
import { removeScratch } from './playback-scratch.js';
import { factsOf, namesOf } from './video-facts.js';

/** Rows last, when the file is there: its own, the original's, and what is remembered of the encode. */
export async function recordPlayback(
  deps: ActivityDeps,
  { work, made, step }: { work: PlaybackWork; made: MadePlayback; step: StepContext },
): Promise<PlaybackResult> {
  const result =
    made.kind === 'published'
      ? await recordFile(deps, { work, made, step })
      : resultOf(work, {
          ...{ outcome: 'kept_original', path: work.source, videoId: work.videoId },
          ...{ sizeBytes: work.identity.sizeBytes, encoding: made.encoding },
        });
  const key = { identity: work.identity.headTailHash, profile: work.profile };
  await saveOutcome(deps.db, { ...key, result, jobId: step.jobId });
  await removeScratch(deps, step.jobId);
  return result;
}

async function recordFile(
  deps: ActivityDeps,
  {
    work,
    made,
    step,
  }: { work: PlaybackWork; made: Extract<MadePlayback, { kind: 'published' }>; step: StepContext },
): Promise<PlaybackResult> {
  const { root, relative } = parseLogicalPath(work.output);
  const hostRoot = deps.roots.folderOf(root);
  const found = await findFile(hostRoot, relative);
  if (found === undefined) {
    throw new Fault('gone', `The file ${work.output} was made, and somebody has taken it away since`, {
      remedy: 'Start the job again',
    });
  }
  const file = deps.roots.resolve(work.output);
  const facts = {
    ...{ ...found, ...namesOf(relative), headTailHash: await hashHeadAndTail(file) },
    ...factsOf(await deps.media.describe(file, step.signal), relative),
  };
  const id = await deps.db.transaction(async (tx) => {
    await writeVideos(tx, { root, videos: [facts] });
    return linkPlayback(tx, { root, path: relative, videoId: work.videoId, jobId: step.jobId });
  });
  const { sizeBytes, encoding } = made;
  return resultOf(work, { outcome: 'done', path: work.output, videoId: id, sizeBytes, encoding });
}
