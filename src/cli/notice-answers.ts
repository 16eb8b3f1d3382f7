import { z } from 'zod';

const time = z.string();

export const target = z.looseObject({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  place: z.string(),
  events: z.array(z.string()),
  requester: z.string().nullish(),
  enabled: z.boolean(),
  retryAt: time.nullish(),
  lastError: z.string().nullish(),
});
export type Target = z.output<typeof target>;

export const targetList = z.looseObject({ notificationTargets: z.array(target) });

export const notice = z.looseObject({
  id: z.string(),
  event: z.string(),
  targetId: z.string(),
  title: z.string(),
  state: z.string(),
  tries: z.number(),
  lastError: z.string().nullish(),
  createdAt: time,
});
export type Notice = z.output<typeof notice>;

export const noticeList = z.looseObject({ notices: z.array(notice), next: z.string().nullable() });
