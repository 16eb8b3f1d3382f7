import { z } from 'zod';

import { DEFAULT_EVENTS, NOTICE_EVENTS } from '../../domain/notices/event.js';
import { TARGET_KINDS } from '../../domain/notices/target-address.js';
import { NOTICE_STATES } from '../../store/notices/deliveries.js';
import { cursor, limit, several, time } from './parameters.js';
import { id, name } from './settings.js';

const kind = z.enum(TARGET_KINDS);

/** The adapter reads it and says what is wrong; here only its size counts. */
const url = z
  .string()
  .min(1)
  .max(2_000)
  .describe(
    'Where messages go: https://… with a kind, or as Apprise writes it (ntfys://, jsons://, apprises://, mailtos://). Write-only',
  );

const targetShape = {
  name,
  kind: kind.optional().describe('What the address is of; needed beside http and https'),
  secret: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .optional()
    .describe(
      'ntfy: an access token; webhook: the key of the signature; mail: the password. Write-only: absent keeps the stored one, null removes it',
    ),
  events: z
    .array(z.enum(NOTICE_EVENTS))
    .min(1)
    .transform((events) => [...new Set(events)])
    .pipe(z.array(z.enum(NOTICE_EVENTS)))
    .default([...DEFAULT_EVENTS])
    .describe('What is told there'),
  requester: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullable()
    .default(null)
    .describe('Only what this person asks for; null: all requests, and the health of Longplay'),
  enabled: z.boolean().default(true),
};

export const targetBody = z
  .strictObject({ ...targetShape, url: url.optional().describe('Write-only: absent keeps the stored one') })
  .meta({ id: 'NotificationTargetSettings' });
export const newTargetBody = z
  .strictObject({ ...targetShape, url, id })
  .meta({ id: 'NewNotificationTarget' });

export const targetView = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    kind,
    place: z.string().describe('What may be shown of the address'),
    hasSecret: z.boolean(),
    events: z.array(z.enum(NOTICE_EVENTS)),
    requester: z.string().nullable(),
    enabled: z.boolean(),
    failures: z.int().describe('Tries in a row that failed'),
    retryAt: time.nullable().describe('Nothing is sent before'),
    lastError: z
      .string()
      .nullable()
      .describe('Of the last try; after one that was taken: who did not get it'),
    lastSentAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'NotificationTarget' });

const noticeView = z
  .strictObject({
    id: z.string().describe('Sent along with every try'),
    event: z.enum(NOTICE_EVENTS),
    targetId: z.string(),
    requestId: z.string().nullable(),
    title: z.string(),
    detail: z.string().nullable(),
    state: z.enum(NOTICE_STATES),
    tries: z.int(),
    lastError: z
      .string()
      .nullable()
      .describe('Of the last try; of what was given up, why; of what was sent, who did not get it'),
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'Notice' });

export const noticePage = z.strictObject({ notices: z.array(noticeView), next: z.string().nullable() });

export const listNoticesQuery = z.strictObject({
  state: several.pipe(z.array(z.enum(NOTICE_STATES))).optional(),
  targetId: z.string().max(200).optional(),
  limit,
  cursor,
});
