import type { z } from 'zod';

import type { Catalogue } from '../../catalogue/catalogue.js';
import type { JobType } from '../../catalogue/job-type.js';
import type { JobFilter } from '../../store/job-list.js';
import type { ApiDeps } from '../deps.js';
import { HttpProblem } from '../http/problem.js';
import type { eventsQuery } from '../schemas/job.js';

type FilterQuery = Omit<z.output<typeof eventsQuery>, 'limit'>;

/** @throws HttpProblem bad_input for a type that nobody knows: an empty list would look like "no jobs". */
export function filterOf(catalogue: Catalogue, query: FilterQuery, at = 'query'): JobFilter {
  const colon = query.subject?.indexOf(':') ?? -1;
  return {
    statuses: query.status?.length === 0 ? undefined : query.status,
    types: typesOf(catalogue, query.type, `${at}/type`),
    parentId: query.parent,
    subjectType: colon < 0 ? query.subject : query.subject?.slice(0, colon),
    subjectId: colon < 0 ? undefined : query.subject?.slice(colon + 1),
    search: query.search === '' ? undefined : query.search,
    createdAfter: query.createdAfter === undefined ? undefined : new Date(query.createdAfter),
    createdBefore: query.createdBefore === undefined ? undefined : new Date(query.createdBefore),
  };
}

/** @throws HttpProblem bad_input that points at the field, for a type that nobody knows. */
export function typesOf(
  catalogue: Catalogue,
  given: string[] | undefined,
  pointer: string,
): string[] | undefined {
  if (given === undefined || given.length === 0) return undefined;
  return given.map((name) => requireType(catalogue, name, pointer).type);
}

/** @throws HttpProblem bad_input for an unknown type, and for one that is for tests and benches only. */
export function requireOffered({ catalogue, demoJobs }: ApiDeps, name: string): JobType {
  const type = requireType(catalogue, name, '/type');
  if (!type.demo || demoJobs) return type;
  const detail = `Expected a type of GET /api/jobs/types, got "${name}", which is for tests and benches`;
  throw new HttpProblem('bad_input', detail, {
    remedy: 'Start Longplay with LONGPLAY_DEMO_JOBS=true to try it',
    errors: [{ pointer: '/type', detail }],
  });
}

/** @throws HttpProblem bad_input for a name that is no type's and no alias. */
export function requireType(catalogue: Catalogue, name: string, pointer: string): JobType {
  const type = catalogue.resolve(name);
  if (type !== undefined) return catalogue.find(type);
  const known = catalogue.types.map((one) => one.type).join(', ');
  const detail = `Expected a known job type, got "${name}"`;
  throw new HttpProblem('bad_input', detail, {
    remedy: `Known types: ${known}`,
    errors: [{ pointer, detail }],
  });
}
