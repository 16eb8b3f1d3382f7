import { z } from 'zod';

import {
  deleteQualityProfile,
  findQualityProfile,
  listCustomRules,
  listQualityProfiles,
  saveQualityProfile,
  type QualityProfileRow,
} from '../../store/acquisition/quality-profiles.js';
import type { Queryable } from '../../store/database.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { newQualityProfileBody, qualityProfileBody, qualityProfileView } from '../schemas/policy.js';
import { changeSettings, chooseId } from './setting-ids.js';

const tag = 'policy';

export const listQualityProfilesOperation = defineOperation({
  id: 'listQualityProfiles',
  tag,
  summary: 'What releases must be, and which are better; libraries and requests name one',
  responses: {
    200: { description: 'All', schema: z.strictObject({ qualityProfiles: z.array(qualityProfileView) }) },
  },
  handle: async ({ db }) => ({ status: 200, body: { qualityProfiles: await listQualityProfiles(db) } }),
});

export const createQualityProfileOperation = defineOperation({
  id: 'createQualityProfile',
  tag,
  summary: 'Adds a quality profile',
  body: newQualityProfileBody,
  responses: { 201: { description: 'Added', schema: qualityProfileView } },
  refusals: [409],
  handle: async ({ db }, { body }) => {
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listQualityProfiles(tx)).map((profile) => profile.id);
      return save(tx, { ...body, id: chooseId({ id: body.id, name: body.name }, taken) });
    });
    return {
      status: 201,
      body: row,
      headers: { location: `/api/quality-profiles/${row.id}` },
      audit: { target: row.id, detail: { name: row.name } },
    };
  },
});

export const putQualityProfileOperation = defineOperation({
  id: 'putQualityProfile',
  tag,
  summary: 'Replaces a quality profile; it counts from the next decision on',
  params: idParams,
  body: qualityProfileBody,
  responses: { 200: { description: 'Replaced', schema: qualityProfileView } },
  refusals: [409],
  handle: async ({ db }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const { id } = await requireQualityProfile(tx, params.id);
      return save(tx, { ...body, id });
    });
    return { status: 200, body: row, audit: { detail: { name: row.name } } };
  },
});

export const deleteQualityProfileOperation = defineOperation({
  id: 'deleteQualityProfile',
  tag,
  summary: 'Removes a quality profile that no library and no request names',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  refusals: [409],
  handle: async ({ db }, { params }) => {
    await changeSettings(db, async (tx) => {
      const { id } = await requireQualityProfile(tx, params.id);
      await deleteQualityProfile(tx, id);
    });
    return { status: 204 };
  },
});

async function save(
  tx: Queryable,
  profile: Omit<QualityProfileRow, 'createdAt'>,
): Promise<QualityProfileRow> {
  const known = new Set((await listCustomRules(tx)).map(({ id }) => id));
  profile.rules.forEach(({ ruleId }, at) => {
    const isTwice = profile.rules.findIndex((other) => other.ruleId === ruleId) !== at;
    if (!known.has(ruleId) || isTwice) throw wrongRule({ ruleId, at, isTwice });
  });
  await saveQualityProfile(tx, profile);
  return requireQualityProfile(tx, profile.id);
}

/** @throws HttpProblem gone. */
export async function requireQualityProfile(db: Queryable, id: string): Promise<QualityProfileRow> {
  const row = await findQualityProfile(db, id);
  if (row !== undefined) return row;
  throw new HttpProblem('gone', `There is no quality profile "${id}"`);
}

function wrongRule({ ruleId, at, isTwice }: { ruleId: string; at: number; isTwice: boolean }): HttpProblem {
  const detail = isTwice
    ? `Expected each rule once, "${ruleId}" is there twice`
    : `There is no rule "${ruleId}"`;
  return new HttpProblem('bad_input', detail, {
    remedy: 'GET /api/custom-rules lists them',
    errors: [{ pointer: `/rules/${at}/ruleId`, detail }],
  });
}
