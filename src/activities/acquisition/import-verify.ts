import { lstat } from 'node:fs/promises';

import { Fault } from '../../domain/faults.js';
import { checkEbook } from '../../integrations/files/ebook-file.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import type { ImportPlan } from './import-plan.js';

interface Verified {
  hostPath: string;
  name: string;
  /** It is the download's own file. */
  linked: boolean;
}

/** What stands in the library is read back before it becomes visible. The plan has found the release whole. */
export async function verifyMedia(
  deps: ActivityDeps,
  { hostPath, name, linked, plan, step }: Verified & { plan: ImportPlan; step: StepContext },
): Promise<void> {
  const planned = plan.media.find((file) => file.name === name);
  if (planned === undefined) return;
  if (linked && (await isAsPlanned(hostPath, planned))) return;
  if (plan.item.mediaType === 'ebook') return checkFiled(() => checkEbook(hostPath));
  const read = await readDuration(deps, { hostPath, step });
  if (Math.abs(read - planned.durationSeconds) < 0.5) return;
  throw new Fault('transient', `Expected ${planned.durationSeconds} s in ${name}, read ${read} s back`);
}

/** The very file that the plan has probed, and nobody has written to it since. */
async function isAsPlanned(
  hostPath: string,
  { sizeBytes, modifiedAtMs }: ImportPlan['media'][number],
): Promise<boolean> {
  const { size, mtimeMs } = await lstat(hostPath);
  return size === sizeBytes && mtimeMs === modifiedAtMs;
}

async function readDuration(
  deps: ActivityDeps,
  { hostPath, step }: { hostPath: string; step: StepContext },
): Promise<number> {
  return checkFiled(async () => (await deps.media.probe(hostPath, step.signal)).durationSeconds);
}

/** The plan has found the release good: what is bad now went wrong on the way. */
async function checkFiled<Result>(check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'release_fault') throw error;
    throw new Fault('transient', `What was filed cannot be read back: ${error.message}`, { cause: error });
  }
}
