import { z } from 'zod';

import type { Queryable } from '../../store/database.js';
import {
  callQuietWatcher,
  deleteQuietRule,
  findQuietRule,
  listQuietRules,
  saveQuietRule,
  type QuietRuleRow,
} from '../../store/quiet.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { newQuietRuleBody, quietRuleBody, quietRuleView } from '../schemas/quiet.js';
import { changeSettings, chooseId } from './setting-ids.js';

const tag = 'quiet';

export const listQuietRulesOperation = defineOperation({
  id: 'listQuietRules',
  tag,
  summary: 'When heavy work stands still, and which of the rules hold now',
  responses: {
    200: { description: 'All', schema: z.strictObject({ quietRules: z.array(quietRuleView) }) },
  },
  handle: async ({ db }) => ({ status: 200, body: { quietRules: await listQuietRules(db) } }),
});

export const createQuietRuleOperation = defineOperation({
  id: 'createQuietRule',
  tag,
  summary: 'Adds a quiet rule; it counts at once',
  body: newQuietRuleBody,
  responses: { 201: { description: 'Added', schema: quietRuleView } },
  refusals: [409],
  handle: async ({ db }, { body }) => {
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listQuietRules(tx)).map((rule) => rule.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      await saveQuietRule(tx, { ...body, id });
      return requireQuietRule(tx, id);
    });
    await callQuietWatcher(db);
    return {
      status: 201,
      body: row,
      headers: { location: `/api/quiet-rules/${row.id}` },
      audit: { target: row.id, detail: { name: row.name } },
    };
  },
});

export const putQuietRuleOperation = defineOperation({
  id: 'putQuietRule',
  tag,
  summary: 'Replaces a quiet rule; what it had paused goes on if it holds no more',
  params: idParams,
  body: quietRuleBody,
  responses: { 200: { description: 'Replaced', schema: quietRuleView } },
  refusals: [409],
  handle: async ({ db }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const { id } = await requireQuietRule(tx, params.id);
      await saveQuietRule(tx, { ...body, id });
      return requireQuietRule(tx, id);
    });
    await callQuietWatcher(db);
    return { status: 200, body: row, audit: { detail: { name: row.name } } };
  },
});

export const deleteQuietRuleOperation = defineOperation({
  id: 'deleteQuietRule',
  tag,
  summary: 'Removes a quiet rule; what it had paused goes on',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  handle: async ({ db }, { params }) => {
    const removed = await changeSettings(db, (tx) => deleteQuietRule(tx, params.id));
    if (!removed) throw unknown(params.id);
    await callQuietWatcher(db);
    return { status: 204 };
  },
});

async function requireQuietRule(db: Queryable, id: string): Promise<QuietRuleRow> {
  const row = await findQuietRule(db, id);
  if (row === undefined) throw unknown(id);
  return row;
}

function unknown(id: string): HttpProblem {
  return new HttpProblem('gone', `There is no quiet rule "${id}"`);
}
