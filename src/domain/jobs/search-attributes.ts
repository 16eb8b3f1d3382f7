import type { JobInput } from './job-input.js';

/** All that Temporal's own lists can be filtered by; each is a Keyword. Everything else is in Postgres (design §2). */
export const SEARCH_ATTRIBUTES = ['JobType', 'Subject', 'Parent'] as const;

export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number];

/** What a job's run is listed under, in pairs of name and value. */
export function searchAttributesOf({ type, subject, parentId }: JobInput): [SearchAttribute, string][] {
  const told: Record<SearchAttribute, string | undefined> = {
    JobType: type,
    Subject: subject,
    Parent: parentId,
  };
  return SEARCH_ATTRIBUTES.flatMap((name) => {
    const value = told[name];
    return value === undefined ? [] : [[name, value]];
  });
}
