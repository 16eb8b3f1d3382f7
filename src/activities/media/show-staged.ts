import { chmod } from 'node:fs/promises';
import path from 'node:path';

import type { PlannedFile } from '../../domain/media/move-plan.js';
import { showFile } from '../../integrations/files/show-file.js';
import { syncFolders } from '../../integrations/files/sync.js';
import type { StepContext } from '../jobs/step.js';
import type { MoveDisks } from './move-disks.js';
import { FILE_MODE, type Staged } from './stage-move.js';

/** False where another file has the name, which keeps it. What is replaced goes aside first, or by the rename itself. */
export async function showStaged(
  disks: MoveDisks,
  { file, staged, step }: { file: PlannedFile; staged: Staged; step: StepContext },
): Promise<boolean> {
  const [from, to] = [disks.roots.resolve(file.from), disks.roots.resolve(file.to)];
  const replace = file.replaces && !(await disks.setAside(file.to, step.jobId));
  if (!(await showFile(staged.hostPath, to, { replace }))) return false;
  // Of another user's file the mode is his.
  if (staged.how === 'renamed') await chmod(to, FILE_MODE).catch(() => undefined);
  await syncFolders([path.dirname(to), path.dirname(from)]);
  return true;
}
