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

export async function removeScratch({ roots }: Rooted, jobId: string): Promise<void> {
  const folder = path.join(roots.folderOf('scratch'), 'reencode', jobId);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
