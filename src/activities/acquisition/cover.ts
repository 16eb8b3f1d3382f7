import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import type { SetFile } from '../../integrations/files/publish-set.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';

/** The download's own picture, else the one inside the first media file; none is no reason to fail. */
export async function prepareCover(
  deps: ActivityDeps,
  {
    plan,
    source,
    step,
  }: { plan: { cover: string | null; media: { from: string }[] }; source: string; step: StepContext },
): Promise<SetFile | undefined> {
  if (plan.cover !== null) {
    const extension = path.extname(plan.cover).toLowerCase().replace('.jpeg', '.jpg');
    return { name: `cover${extension}`, source: path.join(source, plan.cover) };
  }
  const [first] = plan.media;
  if (first === undefined) return undefined;
  const file = path.join(source, first.from);
  const { streams } = await deps.media.probe(file, step.signal);
  if (!streams.some(({ attachedPicture }) => attachedPicture)) return undefined;
  return extractCover(deps, { file, step });
}

async function extractCover(
  deps: ActivityDeps,
  { file, step }: { file: string; step: StepContext },
): Promise<SetFile | undefined> {
  const folder = deps.roots.resolve(`scratch:${step.jobId}`);
  const output = path.join(folder, 'cover.jpg');
  await mkdir(folder, { recursive: true });
  await rm(output, { force: true });
  try {
    const options = ['-map', '0:v:0', '-frames:v', '1', '-f', 'image2', '-update', '1'];
    await deps.media.run({ inputs: [{ path: file }], output, options, signal: step.signal });
    return { name: 'cover.jpg', source: output };
  } catch (error) {
    if (step.signal.aborted || !(error instanceof Fault)) throw error;
    step.log('warn', `the cover could not be taken out: ${error.message}`);
    return undefined;
  }
}
