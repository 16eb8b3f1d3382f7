import { z } from 'zod';

import { ARR_KINDS } from '../../domain/moving-in/arr.js';
import { PLAN_ACTIONS, PLAN_PARTS } from '../../domain/moving-in/plan-item.js';
import { baseUrl, pathMappings } from './settings.js';

export const importParams = z.object({ kind: z.enum(ARR_KINDS) });

export const importBody = z
  .strictObject({
    url: baseUrl.describe('Its own address, with its URL base where it has one'),
    apiKey: z.string().trim().min(1).max(200).describe('Used for this call alone, and kept nowhere'),
    dryRun: z.boolean().default(true).describe('true: the plan alone; nothing is changed'),
    parts: z.array(z.enum(PLAN_PARTS)).min(1).optional().describe('Only these; default: all'),
    pathMappings: pathMappings.describe('Where Longplay has a folder that the program names'),
    secrets: z
      .record(z.string().max(200), z.string().min(1).max(500))
      .default({})
      .describe('What the program hides, by the ids of the plan’s items'),
  })
  .meta({ id: 'Import' });

const item = z.strictObject({
  id: z.string(),
  part: z.enum(PLAN_PARTS),
  name: z.string(),
  action: z
    .enum(PLAN_ACTIONS)
    .describe('`ask`: it needs something of you first; `leave`: Longplay has no counterpart'),
  detail: z.string(),
  remedy: z.string().nullable(),
  outcome: z.enum(['planned', 'done', 'failed']).nullable().describe('null: there is nothing to do for it'),
});

export const importResult = z
  .strictObject({
    product: z.string(),
    version: z.string(),
    dryRun: z.boolean(),
    items: z.array(item),
    counts: z.strictObject({
      toDo: z.int().describe('Planned and not done yet'),
      done: z.int(),
      failed: z.int(),
      existing: z.int(),
      asking: z.int().describe('Need something of you'),
      left: z.int().describe('Without a counterpart'),
    }),
  })
  .meta({ id: 'ImportResult' });
