import { z } from 'zod';

import { RULE_VIDEOS } from '../../domain/media/media-rule.js';
import { SCANNED_ROOTS } from '../../domain/media/scanned-place.js';
import { time } from './parameters.js';
import { id, name, root } from './settings.js';

const place = root.refine(
  (given) => [...SCANNED_ROOTS, 'public'].some((known) => given.startsWith(`${known}:`)),
  'expected a place that scans read: below inbox:, library: or public:',
);

export const mediaRuleBody = z
  .strictObject({
    name,
    places: z
      .array(place)
      .max(50)
      .default([])
      .describe('A video counts that a scan finds new below one of them, or with another content'),
    filed: z.boolean().default(false).describe('A video counts that a request has filed, wherever it is'),
    videos: z
      .enum(RULE_VIDEOS)
      .default('valid')
      .describe('`unplayable`: only what browsers cannot play as it is'),
    type: z.string().max(100).describe('A job type that takes a `videoId`; see GET /api/job-types'),
    params: z.record(z.string(), z.unknown()).default({}).describe('Of the job, without its `videoId`'),
    priority: z.int().min(1).max(10).nullable().default(null).describe('null: the type’s own'),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'MediaRuleSettings' });

export const newMediaRuleBody = mediaRuleBody.extend({ id }).meta({ id: 'NewMediaRule' });

export const mediaRuleView = mediaRuleBody
  .extend({
    id: z.string(),
    createdAt: time,
    jobs: z.int().describe('That it has started so far; each has `rule ID` as its creator'),
    lastJobId: z.string().nullable(),
    lastJobAt: time.nullable(),
  })
  .meta({ id: 'MediaRule' });
