import { z } from 'zod';

import { PAUSABLE_QUEUES, type Queue } from '../../domain/jobs/policy.js';
import { WEEKDAYS } from '../../domain/jobs/quiet.js';
import { time } from './parameters.js';
import { id, name } from './settings.js';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 22:30');

const timezone = z
  .string()
  .max(100)
  .refine((zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, 'expected a time zone such as Europe/Berlin')
  .default('UTC');

const when = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hours'),
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .default([...WEEKDAYS])
      .describe('On which it begins'),
    from: clock,
    to: clock.describe('The earlier of both: on the next day'),
    timezone,
  }),
  z.strictObject({ kind: z.literal('watching') }),
  z.strictObject({
    kind: z.literal('load'),
    percent: z
      .int()
      .min(5)
      .max(100)
      .describe('What other programs take of the processors; it ends at 0.7 of that'),
  }),
]);

export const quietRuleBody = z
  .strictObject({
    name,
    when: when.describe(
      'Hours, somebody who plays something on a media server, or the load by other programs',
    ),
    queues: z
      .array(z.enum(PAUSABLE_QUEUES as [Queue, ...Queue[]]))
      .max(5)
      .default(['cpu', 'gpu-encode', 'gpu-ai'])
      .describe('Nothing of them begins, and what runs is paused at its checkpoint'),
    downloads: z.boolean().default(false).describe('Downloads are paused in their clients too'),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'QuietRuleSettings' });
export const newQuietRuleBody = quietRuleBody.extend({ id }).meta({ id: 'NewQuietRule' });
export const quietRuleView = quietRuleBody
  .extend({
    id: z.string(),
    createdAt: time,
    quietSince: time.nullable().describe('It holds since then; null: it does not'),
    detail: z.string().nullable().describe('Why it holds'),
  })
  .meta({ id: 'QuietRule' });
