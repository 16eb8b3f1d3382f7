import { z } from 'zod';

const amounts = z.looseObject({
  vramMb: z.number(),
  encoderSessions: z.number(),
  aiSlots: z.number(),
  cpuTokens: z.number(),
});
export type Amounts = z.output<typeof amounts>;

const holding = z.looseObject({
  jobId: z.string(),
  step: z.string(),
  worker: z.string(),
  needs: amounts,
  since: z.string(),
});
export type Holding = z.output<typeof holding>;

/** What the command line reads of `GET /api/resources`; unknown fields are kept for `--json`. */
export const resources = z.looseObject({
  workers: z.array(
    z.looseObject({
      worker: z.string(),
      host: z.string(),
      capacity: amounts,
      used: amounts,
      quarantine: z.looseObject({ until: z.string() }).nullable(),
    }),
  ),
  leases: z.array(holding),
  holds: z.array(holding),
  waiting: z.array(
    z.looseObject({
      jobId: z.string(),
      step: z.string(),
      priority: z.number(),
      needs: amounts,
      detail: z.string().nullable(),
      since: z.string(),
    }),
  ),
});
export type Resources = z.output<typeof resources>;
