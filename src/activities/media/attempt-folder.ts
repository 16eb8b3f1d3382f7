import { rm, rmdir } from 'node:fs/promises';
import path from 'node:path';

import type { Root } from '../../domain/logical-path.js';
import { makeFolders } from '../../integrations/files/target.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';

type Rooted = Pick<ActivityDeps, 'roots'>;
type Attempt = Pick<StepContext, 'jobId' | 'attemptId' | 'fence'>;

/**
 * Where an attempt makes what is not published yet: in the file system that it is published in (media.md R7), in a hidden
 * folder, which scans and players pass over. What earlier attempts of the job have left there goes.
 * @throws Fault superseded for an attempt that is late itself: the newer one's files are not its to remove.
 */
export async function makeAttemptFolder({ roots }: Rooted, root: Root, step: Attempt): Promise<string> {
  await step.fence();
  await removeAttemptFolders({ roots }, root, step.jobId);
  const relative = `${jobFolder(step.jobId)}/${step.attemptId}`;
  await makeFolders(roots.folderOf(root), relative);
  return path.join(roots.folderOf(root), relative);
}

/** An attempt's own, at its end: a newer one may be at work beside it. */
export async function removeAttemptFolder({ roots }: Rooted, root: Root, step: Attempt): Promise<void> {
  const folder = path.join(roots.folderOf(root), jobFolder(step.jobId));
  await remove(path.join(folder, step.attemptId));
  // Not empty, or not there: whoever is at work there removes it.
  await rmdir(folder).catch(() => undefined);
}

/** All attempts' of a job. */
export async function removeAttemptFolders({ roots }: Rooted, root: Root, jobId: string): Promise<void> {
  await remove(path.join(roots.folderOf(root), jobFolder(jobId)));
}

function jobFolder(jobId: string): string {
  return `.partial-${jobId}`;
}

/** An attempt may write there still, until it learns that it is superseded: Node tries again for ENOTEMPTY. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
