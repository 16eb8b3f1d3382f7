import { rename } from 'node:fs/promises';

import { logicalPath, type LogicalPath } from '../../domain/logical-path.js';
import { syncFile, syncFolders } from '../../integrations/files/sync.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';

type Rooted = Pick<ActivityDeps, 'roots'>;

export const THUMBNAIL_ROOT = 'thumbnails';

export type PictureKind = 'thumbnail' | 'poster' | 'sprite';

/** Where a picture of a video stands once it is published. */
export function picturePath(videoId: string, kind: PictureKind): LogicalPath {
  return logicalPath(THUMBNAIL_ROOT, kind === 'thumbnail' ? `${videoId}.jpg` : `${videoId}-${kind}.jpg`);
}

/** Puts verified pictures into their places, all after one fence (jobs.md §5 "Irreversible acts"). */
export async function publishPictures(
  { roots }: Rooted,
  pictures: readonly { file: string; path: LogicalPath }[],
  step: StepContext,
): Promise<void> {
  for (const { file } of pictures) await syncFile(file);
  await step.fence();
  for (const { file, path: target } of pictures) await rename(file, roots.resolve(target));
  await syncFolders([roots.folderOf(THUMBNAIL_ROOT)]);
}
