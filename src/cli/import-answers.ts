import { z } from 'zod';

const item = z.looseObject({
  id: z.string(),
  part: z.string(),
  name: z.string(),
  action: z.string(),
  detail: z.string(),
  remedy: z.string().nullable(),
  outcome: z.string().nullable(),
});

export const importResult = z.looseObject({
  product: z.string(),
  version: z.string(),
  dryRun: z.boolean(),
  items: z.array(item),
  counts: z.looseObject({
    toDo: z.number(),
    done: z.number(),
    failed: z.number(),
    existing: z.number(),
    asking: z.number(),
    left: z.number(),
  }),
});
export type ImportResult = z.output<typeof importResult>;
