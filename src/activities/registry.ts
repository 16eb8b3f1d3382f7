import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { Fault } from '../domain/faults.js';
import type { ActivityDeps } from './deps.js';
import { asFactFailure } from './jobs/failures.js';
import { createFacts, type FactsDeps } from './jobs/facts.js';
import { createFiringActivities } from './jobs/firing.js';
import { createStepRunner, type StepRunnerDeps } from './jobs/run-step.js';
import type { AnyStep, StepsModule } from './jobs/step.js';

type Activity = (input: never) => Promise<unknown>;

type AnyStepsModule = StepsModule<ActivityDeps, Record<string, AnyStep>>;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * All activities by name: each file of a pipeline's folder that exports `steps`, and the job contract's own. Found by
 * looking, so that a new file registers itself.
 * @throws Fault defect when two files define one name.
 */
export async function createActivities(
  deps: ActivityDeps & Pick<FactsDeps, 'confirmSoon'> & Pick<StepRunnerDeps, 'ledger'>,
): Promise<Record<string, Activity>> {
  const activities: Record<string, Activity> = {};
  const run = createStepRunner(deps);
  for (const [name, step] of Object.entries(await loadSteps(deps))) activities[name] = run(step);
  const contract = { ...createFacts(deps), ...createFiringActivities(deps) };
  for (const [name, record] of Object.entries(contract)) {
    if (Object.hasOwn(activities, name))
      throw new Fault(
        'defect',
        `The activity "${name}" is defined twice: once as a fact of the job contract`,
      );
    activities[name] = translating(record as (input: unknown) => Promise<unknown>);
  }
  return activities;
}

/**
 * Every step of every pipeline, unwrapped: for the sweeper's cleanups and for `--direct`.
 * @throws Fault defect that names both files when two define one step.
 */
export async function loadSteps(deps: ActivityDeps): Promise<Record<string, AnyStep>> {
  const found: Record<string, AnyStep> = {};
  const definedIn: Record<string, string> = {};
  for (const { file, module } of await loadModules()) {
    for (const [name, step] of Object.entries(module.create(deps))) {
      if (Object.hasOwn(found, name)) {
        throw new Fault(
          'defect',
          `The activity "${name}" is defined twice: in ${definedIn[name] ?? ''} and in ${file}`,
        );
      }
      found[name] = step;
      definedIn[name] = file;
    }
  }
  return found;
}

async function loadModules(): Promise<{ file: string; module: AnyStepsModule }[]> {
  const entries = await readdir(FOLDER, { recursive: true });
  const files = entries.filter((file) => file.includes(path.sep) && /(?<!\.d)\.[jt]s$/.test(file)).sort();
  const found: { file: string; module: AnyStepsModule }[] = [];
  // One after another: loaders that are not Node's own mix up modules that several imports share.
  for (const file of files) {
    const exported = (await import(pathToFileURL(path.join(FOLDER, file)).href)) as object;
    const module = 'steps' in exported ? exported.steps : undefined;
    if (isStepsModule(module)) found.push({ file, module });
  }
  return found;
}

function isStepsModule(value: unknown): value is AnyStepsModule {
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
