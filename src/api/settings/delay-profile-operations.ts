import { z } from 'zod';

import {
  deleteDelayProfile,
  findDelayProfile,
  listDelayProfiles,
  saveDelayProfile,
  type DelayProfileRow,
} from '../../store/acquisition/delay-profiles.js';
import type { Queryable } from '../../store/database.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { delayProfileBody, delayProfileView, newDelayProfileBody } from '../schemas/policy.js';
import { changeSettings, chooseId } from './setting-ids.js';

const tag = 'policy';

export const listDelayProfilesOperation = defineOperation({
  id: 'listDelayProfiles',
  tag,
  summary: 'How long a good release waits for a better one; without any, nothing waits',
  responses: {
    200: { description: 'All', schema: z.strictObject({ delayProfiles: z.array(delayProfileView) }) },
  },
  handle: async ({ db }) => ({ status: 200, body: { delayProfiles: await listDelayProfiles(db) } }),
});

export const createDelayProfileOperation = defineOperation({
  id: 'createDelayProfile',
  tag,
  summary: 'Adds a delay profile',
  body: newDelayProfileBody,
  responses: { 201: { description: 'Added', schema: delayProfileView } },
  refusals: [409],
  handle: async ({ db }, { body }) => {
    const row = await changeSettings(db, async (tx) => {
      const taken = (await listDelayProfiles(tx)).map((profile) => profile.id);
      const id = chooseId({ id: body.id, name: body.name }, taken);
      await saveDelayProfile(tx, { ...body, id });
      return requireDelayProfile(tx, id);
    });
    return {
      status: 201,
      body: row,
      headers: { location: `/api/delay-profiles/${row.id}` },
      audit: { target: row.id, detail: { name: row.name } },
    };
  },
});

export const putDelayProfileOperation = defineOperation({
  id: 'putDelayProfile',
  tag,
  summary: 'Replaces a delay profile; it counts from the next decision on',
  params: idParams,
  body: delayProfileBody,
  responses: { 200: { description: 'Replaced', schema: delayProfileView } },
  refusals: [409],
  handle: async ({ db }, { params, body }) => {
    const row = await changeSettings(db, async (tx) => {
      const { id } = await requireDelayProfile(tx, params.id);
      await saveDelayProfile(tx, { ...body, id });
      return requireDelayProfile(tx, id);
    });
    return { status: 200, body: row, audit: { detail: { name: row.name } } };
  },
});

export const deleteDelayProfileOperation = defineOperation({
  id: 'deleteDelayProfile',
  tag,
  summary: 'Removes a delay profile; what waits for it is decided anew at its next look',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  handle: async ({ db }, { params }) => {
    if (await changeSettings(db, (tx) => deleteDelayProfile(tx, params.id))) return { status: 204 };
    throw unknown(params.id);
  },
});

async function requireDelayProfile(db: Queryable, id: string): Promise<DelayProfileRow> {
  const row = await findDelayProfile(db, id);
  if (row === undefined) throw unknown(id);
  return row;
}

function unknown(id: string): HttpProblem {
  return new HttpProblem('gone', `There is no delay profile "${id}"`);
}
