import { z } from 'zod';

import { ROLES } from '../../domain/access/role.js';
import { integerText, limit, time } from './parameters.js';

const role = z.enum(ROLES).describe('viewer reads, operator starts and steers, super_admin does everything');

export const logInBody = z.strictObject({
  token: z.string().min(1).max(200).describe('From a log-in link, or an API token'),
});

export const session = z
  .strictObject({
    name: z.string(),
    role,
    csrfToken: z
      .string()
      .nullable()
      .describe('To be sent as x-csrf-token with every change, by cookie sessions'),
    expiresAt: time.nullable(),
  })
  .meta({ id: 'Session' });

export const createTokenBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role,
  expiresAt: time.optional().describe('Default: never'),
});

export const token = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    role,
    kind: z.enum(['api', 'session', 'login_link']),
    createdBy: z.string(),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Token' });

export const newToken = token
  .extend({ secret: z.string().describe('Shown this once') })
  .meta({ id: 'NewToken' });

export const loginLink = z.strictObject({ url: z.string().describe('Works once, within 24 h') });
export const loginLinkBody = z.strictObject({ name: z.string().trim().min(1).max(100), role });

export const auditQuery = z.strictObject({
  before: integerText({ min: 1, max: Number.MAX_SAFE_INTEGER })
    .optional()
    .describe('Only rows before this id'),
  limit,
});

export const auditRow = z
  .strictObject({
    id: z.int(),
    time,
    actor: z.string(),
    action: z.string().describe('The operation’s id in this document'),
    target: z.string().nullable(),
    detail: z.unknown(),
  })
  .meta({ id: 'AuditRow' });
