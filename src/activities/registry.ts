import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { Fault } from '../domain/faults.js';
import type { ActivityDeps } from './deps.js';
import { asFactFailure } from './jobs/failures.js';
import { createFacts, type FactsDeps } from './jobs/facts.js';
import { createStepRunner } from './jobs/run-step.js';
import type { AnyStep, StepsModule } from './jobs/step.js';

type Activity = (input: never) => Promise<unknown>;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * All activities by name: each file of a pipeline's folder that exports `steps`, and the facts. Found by
 * looking, so that a new file registers itself.
 * @throws Fault defect when two files define one name.
 */
export async function createActivities(
  deps: ActivityDeps & Pick<FactsDeps, 'confirmSoon'>,
): Promise<Record<string, Activity>> {
  const activities: Record<string, Activity> = {};
  const run = createStepRunner(deps);
  for (const [name, step] of Object.entries(await loadSteps(deps))) activities[name] = run(step);
  for (const [name, record] of Object.entries(createFacts(deps))) {
    if (name in activities) throw new Fault('defect', `The activity "${name}" is defined twice`);
    activities[name] = translating(record as (input: unknown) => Promise<unknown>);
  }
  return activities;
}

/** Every step of every pipeline, unwrapped: for the sweeper's cleanups and for `--direct`. */
export async function loadSteps(deps: ActivityDeps): Promise<Record<string, AnyStep>> {
  const found: Record<string, AnyStep> = {};
  for (const module of await loadModules()) {
    for (const [name, step] of Object.entries(module.create(deps))) {
      if (name in found) throw new Fault('defect', `The activity "${name}" is defined twice`);
      found[name] = step;
    }
  }
  return found;
}

async function loadModules(): Promise<StepsModule<ActivityDeps, Record<string, AnyStep>>[]> {
  const entries = await readdir(FOLDER, { recursive: true });
  const files = entries.filter((file) => file.includes(path.sep) && /(?<!\.d)\.[jt]s$/.test(file)).sort();
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(path.join(FOLDER, file)).href)));
  return modules
    .map((module: object) => ('steps' in module ? module.steps : undefined))
    .filter(isStepsModule);
}

function isStepsModule(value: unknown): value is StepsModule<ActivityDeps, Record<string, AnyStep>> {
  return typeof value === 'object' && value !== null && 'create' in value;
}

function translating(record: (input: unknown) => Promise<unknown>): (input: unknown) => Promise<unknown> {
  return async (input) => {
    try {
      return await record(input);
    } catch (error) {
      throw asFactFailure(error);
    }
  };
}
