import { z } from 'zod';

/** What the command line reads of rules, profiles and the blocklist; see answers.ts. */
export const policyEntry = z.looseObject({
  id: z.string(),
  name: z.string(),
  /** A quiet rule that holds says why. */
  detail: z.string().nullish(),
  enabled: z.boolean().optional(),
  /** That a media rule has started. */
  jobs: z.number().optional(),
});
export type PolicyEntry = z.output<typeof policyEntry>;

export const blocked = z.looseObject({
  id: z.number(),
  itemKey: z.string(),
  title: z.string().nullable(),
  releaseKey: z.string(),
  reason: z.string(),
  evidence: z.string(),
  expiresAt: z.string().nullable(),
});
export type Blocked = z.output<typeof blocked>;

export const blockedPage = z.looseObject({ blocked: z.array(blocked), next: z.string().nullish() });
