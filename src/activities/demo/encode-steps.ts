import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { logicalPath, type LogicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { partialOf, removePartialsOf } from '../../integrations/files/partial-file.js';
import { syncFile, syncFolders } from '../../integrations/files/sync.js';
import { makeFolders, statIfThere } from '../../integrations/files/target.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

const FOLDER = 'demo';
const TOLERANCE_SECONDS = 0.2;

interface Sample {
  path: LogicalPath;
  bytes: number;
  seconds: number;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Plan, run, verify, fence, publish: the way of every media step (jobs.md §5 "Irreversible acts"). */
  encodeSample: async (
    { seconds, realTime }: { seconds: number; realTime: boolean },
    step: StepContext,
  ): Promise<Sample> => {
    const place = await placeOf(deps, step.jobId);
    try {
      await removePartialsOf(place.file);
      const published = await findPublished(deps, { place, seconds, step });
      if (published !== undefined) return published;
      await encode(deps, { output: partialOf(place.file, step.attemptId), seconds, realTime, step });
      return await publish(deps, { place, seconds, step });
    } catch (error) {
      await rm(partialOf(place.file, step.attemptId), { force: true });
      throw error === step.signal.reason ? error : diskFault(error);
    }
  },

  tidySample: async (_input: object, step: StepContext): Promise<void> => {
    await removePartialsOf((await placeOf(deps, step.jobId)).file);
  },

  removeSample: async (_input: object, step: StepContext): Promise<void> => {
    const place = await placeOf(deps, step.jobId);
    await removePartialsOf(place.file);
    await rm(place.file, { force: true });
  },
}));

export type EncodeSteps = StepsOf<typeof steps>;

interface Place {
  logical: LogicalPath;
  file: string;
}

async function placeOf({ roots }: ActivityDeps, jobId: string): Promise<Place> {
  await makeFolders(roots.folderOf('scratch'), FOLDER);
  const logical = logicalPath('scratch', `${FOLDER}/${jobId}.mkv`);
  return { logical, file: roots.resolve(logical) };
}

interface Work {
  place: Place;
  seconds: number;
  step: StepContext;
}

/** What an earlier attempt has published before its worker died is not made again. */
async function findPublished(
  deps: ActivityDeps,
  { place, seconds, step }: Work,
): Promise<Sample | undefined> {
  if ((await statIfThere(place.file)) === undefined) return undefined;
  await verify(deps, { file: place.file, seconds, step });
  await step.fence();
  return describe(place, seconds);
}

async function encode(
  deps: ActivityDeps,
  run: { output: string; seconds: number; realTime: boolean; step: StepContext },
): Promise<void> {
  const { output, seconds, realTime, step } = run;
  const source = `testsrc=size=160x120:rate=10:duration=${seconds}`;
  await deps.media.run({
    inputs: [{ lavfi: realTime ? `${source},realtime` : source }],
    output,
    options: ['-c:v', 'mpeg4', '-threads', '1', '-f', 'matroska'],
    signal: step.signal,
    onProgress: ({ seconds: position }) => {
      step.progress({ done: position, total: seconds, unit: 'seconds' });
    },
  });
}

async function publish(deps: ActivityDeps, { place, seconds, step }: Work): Promise<Sample> {
  const partial = partialOf(place.file, step.attemptId);
  await verify(deps, { file: partial, seconds, step });
  await syncFile(partial);
  await step.fence();
  await rename(partial, place.file);
  await syncFolders([path.dirname(place.file)]);
  return describe(place, seconds);
}

/** @throws Fault transient for a video of another length than was asked for. */
async function verify(
  deps: ActivityDeps,
  { file, seconds, step }: { file: string; seconds: number; step: StepContext },
): Promise<void> {
  const { durationSeconds } = await deps.media.probe(file, step.signal);
  if (Math.abs(durationSeconds - seconds) <= TOLERANCE_SECONDS) return;
  throw new Fault('transient', `Expected a video of ${seconds} s, FFmpeg made one of ${durationSeconds} s`);
}

async function describe({ logical, file }: Place, seconds: number): Promise<Sample> {
  return { path: logical, bytes: (await stat(file)).size, seconds };
}
