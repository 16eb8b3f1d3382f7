import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { ffmetadata } from '../../media/merge/ffmetadata.js';
import { concatList } from '../../media/concat-list.js';
import { mergeRun, type AacEncoder, type MergeFiles } from '../../media/merge/merge-run.js';
import { asinAtom, placeTagAtoms, PLACEHOLDER_TAG, tagPlaceholder } from '../../media/tags/tag-atoms.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { prepareCover } from './cover.js';
import type { MergePlan } from './merge-plan.js';

export interface Building {
  plan: MergePlan;
  hostFolder: string;
  /** Hidden, beside the target. */
  output: string;
  step: StepContext;
}

/** Makes the merged file at `output`. True when a cover is inside. @throws Fault; the signal's reason. */
export async function buildMerged(deps: ActivityDeps, building: Building): Promise<{ hasCover: boolean }> {
  const { plan, hostFolder, output, step } = building;
  const scratch = deps.roots.resolve(`scratch:${step.jobId}`);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  try {
    const files = await writeInputs(plan, { hostFolder, scratch });
    const cover = await coverOf(deps, building);
    await encode(deps, building, { ...files, cover, output });
    if (plan.asin !== null) await placeTagAtoms(output, [asinAtom(plan.asin)]);
    return { hasCover: cover !== undefined };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Sources go by links with names of ours, so that no name is ever read as something else (acquisition.md §8 no. 49). */
async function writeInputs(
  plan: MergePlan,
  { hostFolder, scratch }: { hostFolder: string; scratch: string },
): Promise<Pick<MergeFiles, 'list' | 'metadata'>> {
  const named = plan.files.map((file, index) => ({
    ...file,
    name: `${String(index + 1).padStart(5, '0')}${plan.extension}`,
  }));
  for (const { path: source, name } of named) {
    await symlink(path.join(hostFolder, source), path.join(scratch, name));
  }
  const place = plan.asin === null ? {} : { [PLACEHOLDER_TAG]: tagPlaceholder([asinAtom(plan.asin)]) };
  const tags = { ...plan.carried, ...plan.tags, ...place };
  const [list, metadata] = [path.join(scratch, 'files.txt'), path.join(scratch, 'metadata.txt')];
  await writeFile(list, concatList(named));
  await writeFile(metadata, ffmetadata({ tags, chapters: plan.chapters }));
  return { list, metadata };
}

/** The folder's own picture, else the one inside the first file. */
async function coverOf(
  deps: ActivityDeps,
  { plan, hostFolder, step }: Building,
): Promise<string | undefined> {
  const media = plan.files.slice(0, 1).map(({ path: from, ...file }) => ({ ...file, from, name: from }));
  const sourceOf = (from: string): string => path.join(hostFolder, from);
  const cover = await prepareCover(deps, { plan: { pictures: plan.pictures, media }, sourceOf, step });
  return cover !== undefined && 'source' in cover ? cover.source : undefined;
}

async function encode(deps: ActivityDeps, building: Building, files: MergeFiles): Promise<void> {
  const { plan } = building;
  if (plan.encoding.kind === 'copy') {
    await runOnce(deps, building, { files, encoder: 'own' });
    return;
  }
  try {
    await runOnce(deps, building, { files, encoder: 'fdk' });
  } catch (error) {
    if (!isEncoderMissing(error)) throw error;
    await runOnce(deps, building, { files, encoder: 'own' });
  }
}

/** Few builds of FFmpeg have the better one; to ask takes as long as to try. */
function isEncoderMissing(error: unknown): boolean {
  return error instanceof Fault && /Unknown encoder|Encoder not found/i.test(error.message);
}

async function runOnce(
  { media }: ActivityDeps,
  { plan, step }: Building,
  { files, encoder }: { files: MergeFiles; encoder: AacEncoder },
): Promise<void> {
  const total = plan.files.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  await media.run({
    ...mergeRun(files, plan.encoding, encoder),
    signal: step.signal,
    onProgress: ({ seconds }) => {
      step.progress({ done: Math.min(seconds, total), total, unit: 'seconds' });
    },
  });
}
