import { z } from 'zod';

import { ENDED_STATES } from '../../domain/acquisition/request-state.js';
import { makeWish } from '../../jobs/wish.js';
import {
  listApprovalRules,
  removeRequester,
  requestersOf,
  saveApprovalRule,
} from '../../store/acquisition/request-decisions.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import {
  approvalRule,
  approvalRuleBody,
  principalParams,
  requesterParams,
  requester,
} from '../schemas/request.js';
import { requireRequest } from './operations.js';

export const removeRequesterOperation = defineOperation({
  id: 'removeRequester',
  tag: 'requests',
  summary: 'Takes somebody off a request; when nobody is left it is cancelled',
  params: requesterParams,
  responses: {
    200: { description: 'Who still asks for it', schema: z.strictObject({ requesters: z.array(requester) }) },
  },
  handle: async (context, { params, principal }) => {
    const { jobId, state } = await requireRequest(context.db, params.id);
    const left = await removeRequester(context.db, { jobId, name: params.name });
    if (left === undefined) throw new HttpProblem('gone', `"${params.name}" does not ask for this item`);
    if (left === 0 && !ENDED_STATES.includes(state)) {
      await makeWish(context, { jobId, kind: 'cancel', madeBy: principal.name });
    }
    return {
      status: 200,
      body: { requesters: await requestersOf(context.db, jobId) },
      audit: { target: jobId, detail: { name: params.name, left } },
    };
  },
});

export const listApprovalRulesOperation = defineOperation({
  id: 'listApprovalRules',
  tag: 'requests',
  summary: 'Who needs approval for requests; the rule of everybody else is named *',
  responses: { 200: { description: 'All', schema: z.strictObject({ rules: z.array(approvalRule) }) } },
  handle: async ({ db }) => ({ status: 200, body: { rules: await listApprovalRules(db) } }),
});

export const putApprovalRuleOperation = defineOperation({
  id: 'putApprovalRule',
  tag: 'requests',
  summary: 'Says whether the requests of somebody (or of everybody, *) need approval',
  params: principalParams,
  body: approvalRuleBody,
  responses: { 200: { description: 'All', schema: z.strictObject({ rules: z.array(approvalRule) }) } },
  handle: async ({ db }, { params, body }) => {
    await saveApprovalRule(db, { principal: params.principal, autoApprove: body.autoApprove });
    return {
      status: 200,
      body: { rules: await listApprovalRules(db) },
      audit: { target: params.principal, detail: body },
    };
  },
});
