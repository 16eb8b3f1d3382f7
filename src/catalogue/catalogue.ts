import { Fault } from '../domain/faults.js';
import { WORKFLOWS_WITHOUT_JOB } from '../domain/jobs/workflows-without-job.js';
import type { JobType } from './job-type.js';

export interface Catalogue {
  types: readonly JobType[];
  /** @throws Fault bad_input naming what is known, for an unknown type. */
  find: (typeOrAlias: string) => JobType;
  /** The type's own name for a name or alias; undefined when unknown. */
  resolve: (typeOrAlias: string) => string | undefined;
}

/** @throws Fault defect when two types share a name or an alias. */
export function createCatalogue(types: readonly JobType[]): Catalogue {
  const byName = new Map<string, JobType>();
  for (const type of types) {
    for (const name of [type.type, ...type.aliases]) {
      if (byName.has(name)) throw new Fault('defect', `The job type "${name}" is registered twice`);
      byName.set(name, type);
    }
  }
  return {
    types,
    resolve: (name) => byName.get(name)?.type,
    find: (name) => {
      const type = byName.get(name);
      if (type !== undefined) return type;
      throw new Fault('bad_input', `Expected a known job type, got "${name}"`, {
        remedy: `Known types: ${types.map((known) => known.type).join(', ')}`,
      });
    },
  };
}

/**
 * Compares the catalogue with the workflows of the bundle and the registered activities.
 * @throws Fault defect that lists every type without a workflow, workflow without a type, and step without an activity.
 */
export function checkRegistrations(
  catalogue: Catalogue,
  registered: { workflows: readonly string[]; activities: readonly string[] },
): void {
  const types = catalogue.types.map((type) => type.type);
  const problems = [
    ...types
      .filter((type) => !registered.workflows.includes(type))
      .map(
        (type) =>
          `the job type "${type}" has no workflow: export a function of that name in src/workflows/index.ts`,
      ),
    ...types
      .filter((type) => WORKFLOWS_WITHOUT_JOB.includes(type))
      .map((type) => `the job type "${type}" has the name of a workflow that is no job: rename it`),
    ...registered.workflows
      .filter((workflow) => !types.includes(workflow) && !WORKFLOWS_WITHOUT_JOB.includes(workflow))
      .map((workflow) => `the workflow "${workflow}" has no job type: list it in src/catalogue/index.ts`),
    ...catalogue.types.flatMap((type) =>
      [...Object.keys(type.policy.steps), ...(type.policy.tidy === undefined ? [] : [type.policy.tidy])]
        .filter((name) => !registered.activities.includes(name))
        .map(
          (name) => `the step "${name}" of "${type.type}" has no activity: define it under src/activities`,
        ),
    ),
  ];
  if (problems.length > 0) throw new Fault('defect', `Job types are not complete: ${problems.join('; ')}`);
}
