import { z } from 'zod';

import { compileRules, type CustomRule } from '../../domain/acquisition/custom-rules.js';
import {
  deleteCustomRule,
  findCustomRule,
  listCustomRules,
  listQualityProfiles,
  saveCustomRule,
  type CustomRuleRow,
} from '../../store/acquisition/quality-profiles.js';
import type { Queryable } from '../../store/database.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { customRuleBody, customRuleView, newCustomRuleBody } from '../schemas/policy.js';
import { changeSettings, chooseId } from './setting-ids.js';

const tag = 'policy';

export const listCustomRulesOperation = defineOperation({
  id: 'listCustomRules',
  tag,
  summary: 'People’s own rules on releases; quality profiles name those that they follow',
  responses: {
    200: { description: 'All', schema: z.strictObject({ customRules: z.array(customRuleView) }) },
  },
  handle: async ({ db }) => ({ status: 200, body: { customRules: await listCustomRules(db) } }),
});

export const createCustomRuleOperation = defineOperation({
  id: 'createCustomRule',
  tag,
  summary: 'Adds a rule; it counts where a profile names it',
  body: newCustomRuleBody,
  responses: { 201: { description: 'Added', schema: customRuleView } },
  refusals: [409],
  handle: async ({ db }, { body }) => {
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listCustomRules(tx)).map((rule) => rule.id);
      return save(tx, { ...body, id: chooseId({ id: body.id, name: body.name }, taken) });
    });
    return {
      status: 201,
      body: row,
      headers: { location: `/api/custom-rules/${row.id}` },
      audit: { target: row.id, detail: { name: row.name } },
    };
  },
});

export const putCustomRuleOperation = defineOperation({
  id: 'putCustomRule',
  tag,
  summary: 'Replaces a rule; decisions that are stored stay as they were made',
  params: idParams,
  body: customRuleBody,
  responses: { 200: { description: 'Replaced', schema: customRuleView } },
  refusals: [409],
  handle: async ({ db }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const { id } = await requireRule(tx, params.id);
      return save(tx, { ...body, id });
    });
    return { status: 200, body: row, audit: { detail: { name: row.name } } };
  },
});

export const deleteCustomRuleOperation = defineOperation({
  id: 'deleteCustomRule',
  tag,
  summary: 'Removes a rule that no profile names',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  refusals: [409],
  handle: async ({ db }, { params }) => {
    await changeSettings(db, async (tx) => {
      const { id } = await requireRule(tx, params.id);
      const users = (await listQualityProfiles(tx)).filter(({ rules }) =>
        rules.some(({ ruleId }) => ruleId === id),
      );
      if (users.length > 0) throw usedBy(users.map(({ name }) => name));
      await deleteCustomRule(tx, id);
    });
    return { status: 204 };
  },
});

/** What cannot work is refused before it is stored: a bad pattern, a range of sizes that goes downwards. */
async function save(tx: Queryable, rule: CustomRule): Promise<CustomRuleRow> {
  compileRules({ id: rule.id, name: rule.name, minimumScore: 0, rules: [{ rule }] });
  await saveCustomRule(tx, rule);
  return requireRule(tx, rule.id);
}

async function requireRule(db: Queryable, id: string): Promise<CustomRuleRow> {
  const row = await findCustomRule(db, id);
  if (row !== undefined) return row;
  throw new HttpProblem('gone', `There is no rule "${id}"`);
}

function usedBy(names: readonly string[]): HttpProblem {
  const profiles = names.map((name) => `"${name}"`).join(', ');
  return new HttpProblem('conflict', `Expected a rule that no profile names, ${profiles} names it`, {
    remedy: 'Take it out of the profile first',
  });
}
