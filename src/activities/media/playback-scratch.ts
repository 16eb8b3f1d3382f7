import { rm } from 'node:fs/promises';
import path from 'node:path';

import { logicalPath, type LogicalPath } from '../../domain/logical-path.js';
import { makeFolders } from '../../integrations/files/target.js';
import type { ActivityDeps } from '../deps.js';

type Rooted = Pick<ActivityDeps, 'roots'>;

export function scratchOf(jobId: string): LogicalPath {
  return logicalPath('scratch', `reencode/${jobId}`);
}

/** Segments and sound of a job; they outlive its attempts, and any host with the same roots goes on with them. */
export async function makeScratch({ roots }: Rooted, jobId: string, ...below: string[]): Promise<string> {
  const relative = path.posix.join('reencode', jobId, ...below);
  await makeFolders(roots.folderOf('scratch'), relative);
  return roots.resolve(logicalPath('scratch', relative));
}

/** Host folder of all jobs' scratch folders. */
export function scratchFolder({ roots }: Rooted): string {
  return path.join(roots.folderOf('scratch'), 'reencode');
}

export async function removeScratch(deps: Rooted, jobId: string): Promise<void> {
  await rm(path.join(scratchFolder(deps), jobId), {
    recursive: true,
    force: true,
    maxRetries: 10,
    retryDelay: 50,
  });
}
