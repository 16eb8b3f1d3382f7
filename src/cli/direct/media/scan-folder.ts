import { availableParallelism } from 'node:os';

import { examine } from '../../../activities/media/examine-video.js';
import type { StepContext } from '../../../activities/jobs/step.js';
import { eachAtMost } from '../../../domain/each-at-most.js';
import { findFile } from '../../../integrations/files/find-file.js';
import { walkVideos } from '../../../integrations/files/walk-videos.js';
import type { MediaTools } from '../../../media/tools.js';
import type { VideoFacts } from '../../../store/media/video-scan.js';

/** What is told of one file of a folder; its path is relative to that. */
export type ListedVideo = Omit<
  VideoFacts,
  'streams' | 'words' | 'filename' | 'device' | 'inode' | 'headTailHash' | 'orientation' | 'rotation'
>;

export interface FolderScan {
  /** Host path. */
  folder: string;
  media: MediaTools;
  step: StepContext;
}

/** Each runs ffprobe twice. */
const AT_ONCE = Math.max(2, availableParallelism());
/** Looked into before they are told, in their order. */
const GROUP = AT_ONCE * 4;

/**
 * What the job types `scan` and `public_scan` do, without rows to compare with: walks and looks into every video. Holds
 * one group of files and the names of one folder a level.
 * @throws the signal's reason; Fault environment when ffprobe or the disk is away.
 */
export async function* scanFolder(scan: FolderScan): AsyncIterable<ListedVideo> {
  const { folder, step } = scan;
  const walk = {
    ...{ root: folder, folder: '', after: undefined, signal: step.signal },
    onPassedOver: ({ relative, why }: { relative: string; why: string }) => {
      step.log('warn', `passed over ${relative}: ${why}`);
    },
  };
  for await (const paths of walkVideos(walk)) {
    for (let at = 0; at < paths.length; at += GROUP) yield* await lookInto(scan, paths.slice(at, at + GROUP));
  }
}

async function lookInto(scan: FolderScan, group: readonly string[]): Promise<ListedVideo[]> {
  const listed = new Map<string, ListedVideo>();
  await eachAtMost(AT_ONCE, group, async (relative) => {
    scan.step.signal.throwIfAborted();
    const facts = await look(scan, relative);
    if (facts !== undefined) listed.set(relative, told(facts));
  });
  return group.flatMap((relative) => listed.get(relative) ?? []);
}

/** Undefined where it was taken away, or somebody still writes to it. */
async function look({ folder, media, step }: FolderScan, relative: string): Promise<VideoFacts | undefined> {
  const found = await findFile(folder, relative);
  if (found === undefined) return undefined;
  const examined = await examine(
    { file: found, verdict: 'new' },
    { media, hostRoot: folder, folder: '', candidates: [], signal: step.signal },
  );
  if (examined.outcome === 'written') return examined.facts;
  step.log('warn', `passed over ${relative}: ${examined.outcome}`);
  return undefined;
}

function told(facts: VideoFacts): ListedVideo {
  const { path, title, sizeBytes, modifiedMs, valid, invalidReason, durationSeconds, width, height } = facts;
  const { fps, dynamicRange, container, videoCodec, audioCodecs, playable, unplayableReasons } = facts;
  return {
    ...{ path, title, sizeBytes, modifiedMs, valid, invalidReason, durationSeconds, width, height },
    ...{ fps, dynamicRange, container, videoCodec, audioCodecs, playable, unplayableReasons },
  };
}
