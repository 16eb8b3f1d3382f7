import { ROOTS } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { scanFault } from './scan-place.js';

/** Runs a step; trouble of its disks is told as the fault that it is, and without the host's folder of any root. */
export async function telling<Output>(
  { roots }: Pick<ActivityDeps, 'roots'>,
  { signal }: Pick<StepContext, 'signal'>,
  work: () => Promise<Output>,
): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw error;
    const known = diskFault(error);
    const named = ROOTS.map((root) => roots.folderOf(root)).filter((folder) =>
      known.message.includes(folder),
    );
    throw named.reduce((told, folder) => scanFault(told, folder), known);
  }
}
