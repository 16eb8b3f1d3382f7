import { z } from 'zod';

import { listAudit } from '../../store/audit.js';
import { createToken, listTokens, revokeToken, type TokenRow } from '../../store/tokens.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import {
  auditQuery,
  auditRow,
  createTokenBody,
  loginLink,
  loginLinkBody,
  newToken,
  token,
} from '../schemas/access.js';
import { DEFAULT_LIMIT, idParams } from '../schemas/parameters.js';
import { createLoginLink } from './login-link.js';

const tag = 'access';

export const listTokensOperation = defineOperation({
  id: 'listTokens',
  tag,
  summary: 'API tokens and open sessions',
  responses: { 200: { description: 'All of them', schema: z.strictObject({ tokens: z.array(token) }) } },
  handle: async ({ db }) => ({ status: 200, body: { tokens: (await listTokens(db)).map(viewToken) } }),
});

export const createTokenOperation = defineOperation({
  id: 'createToken',
  tag,
  summary: 'Makes an API token; its secret is shown once',
  body: createTokenBody,
  responses: { 201: { description: 'The token with its secret', schema: newToken } },
  handle: async ({ db }, { body, principal }) => {
    const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt);
    if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) {
      throw new HttpProblem('bad_input', 'Expected an expiry in the future', {
        errors: [{ pointer: '/expiresAt', detail: 'Expected a time in the future' }],
      });
    }
    const made = await createToken(db, {
      name: body.name,
      role: body.role,
      createdBy: principal.name,
      expiresAt,
    });
    return {
      status: 201,
      body: { ...viewToken(made.row), secret: made.secret },
      headers: { location: `/api/tokens/${made.id}` },
      audit: { target: made.id, detail: { name: body.name, role: body.role } },
    };
  },
});

export const createLoginLinkOperation = defineOperation({
  id: 'createLoginLink',
  tag,
  summary: 'Makes a link that logs one browser in, once',
  body: loginLinkBody,
  responses: { 201: { description: 'The link', schema: loginLink } },
  handle: async ({ db, baseUrl }, { body, principal }) => {
    const url = await createLoginLink({ db }, { baseUrl: baseUrl(), createdBy: principal.name, ...body });
    return { status: 201, body: { url }, audit: { detail: body } };
  },
});

export const revokeTokenOperation = defineOperation({
  id: 'revokeToken',
  tag,
  summary: 'Ends a token and the sessions opened with it, at once',
  params: idParams,
  responses: { 204: { description: 'Revoked' } },
  handle: async ({ db }, { params }) => {
    if (await revokeToken(db, params.id)) return { status: 204 };
    throw new HttpProblem('gone', `There is no live token "${params.id}"`);
  },
});

export const listAuditOperation = defineOperation({
  id: 'listAudit',
  tag,
  summary: 'Who changed what, newest first',
  query: auditQuery,
  responses: { 200: { description: 'One page', schema: z.strictObject({ audit: z.array(auditRow) }) } },
  handle: async ({ db }, { query }) => ({
    status: 200,
    body: { audit: await listAudit(db, { before: query.before, limit: query.limit ?? DEFAULT_LIMIT }) },
  }),
});

function viewToken(row: TokenRow) {
  const { csrfHash: _csrfHash, ...shown } = row;
  return shown;
}
