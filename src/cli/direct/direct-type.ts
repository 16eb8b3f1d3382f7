import type { Catalogue } from '../../catalogue/catalogue.js';
import type { JobType, ParsedJob } from '../../catalogue/job-type.js';
import { Fault } from '../../domain/faults.js';

/** @throws Fault bad_input for an unknown type, one that needs its server, and params that are not valid. */
export function parseDirect(
  catalogue: Catalogue,
  { type: name, params }: { type: string; params: unknown },
): { jobType: JobType; parsed: ParsedJob } {
  const jobType = catalogue.find(name);
  if (!jobType.direct) {
    throw new Fault(
      'bad_input',
      `Expected a type that can run with --direct, got "${name}", which needs Longplay’s database and Temporal`,
      {
        remedy: `Start Longplay ("longplay up") and leave --direct away. These can run with it: ${namesOf(catalogue)}`,
      },
    );
  }
  return { jobType, parsed: jobType.parse(params) };
}

export function namesOf({ types }: Catalogue): string {
  return types
    .filter(({ direct }) => direct)
    .map(({ type }) => type)
    .join(', ');
}
