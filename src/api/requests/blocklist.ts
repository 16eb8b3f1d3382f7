import { z } from 'zod';

import { blockFor } from '../../activities/acquisition/block-release.js';
import { itemKey } from '../../catalogue/acquisition/media-item.js';
import { deleteBlocked, listBlocked } from '../../store/acquisition/blocklist.js';
import { findCandidate, identityOf } from '../../store/acquisition/searches.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { DEFAULT_LIMIT, idParams, limit } from '../schemas/parameters.js';
import { blockedView, blockReleaseBody } from '../schemas/policy.js';
import { requireStored } from './stored-request.js';

const tag = 'blocklist';

const blocklistQuery = z.strictObject({
  requestId: z.string().max(100).optional().describe('Only what is blocked for its item'),
  limit,
  cursor: z.coerce.number().int().positive().optional().describe('`next` of the page before'),
});

export const listBlocklistOperation = defineOperation({
  id: 'listBlocklist',
  tag,
  summary: 'Releases that are not fetched again, with the evidence, newest first',
  query: blocklistQuery,
  responses: {
    200: {
      description: 'One page',
      schema: z.strictObject({ blocked: z.array(blockedView), next: z.string().nullable() }),
    },
  },
  handle: async ({ db }, { query }) => {
    const size = query.limit ?? DEFAULT_LIMIT;
    const key =
      query.requestId === undefined ? undefined : itemKey((await requireStored(db, query.requestId)).item);
    const found = await listBlocked(db, { itemKey: key, before: query.cursor, limit: size + 1 });
    const blocked = found.slice(0, size);
    const last = found.length > size ? blocked.at(-1)?.id : undefined;
    return { status: 200, body: { blocked, next: last === undefined ? null : String(last) } };
  },
});

export const blockReleaseOperation = defineOperation({
  id: 'blockRelease',
  tag,
  summary: 'Blocks a release of a stored search, for its item or for every one',
  params: idParams,
  body: blockReleaseBody,
  responses: {
    200: { description: 'All of the item', schema: z.strictObject({ blocked: z.array(blockedView) }) },
  },
  handle: async ({ db }, { params, body }) => {
    const { searchId, candidate: number, scope, evidence } = body;
    const { item } = await requireStored(db, params.id);
    const candidate = await findCandidate(db, { searchId, number });
    if (candidate === undefined) {
      throw new HttpProblem('bad_input', `Search "${searchId}" has no release no. ${number}`, {
        remedy: 'GET /api/requests/{id} lists the searches of a request with their candidates',
      });
    }
    const release = identityOf(candidate);
    await blockFor(db, item, { release, fault: 'by_hand', source: 'manual', evidence, scope });
    const blocked = await listBlocked(db, { itemKey: itemKey(item), before: undefined, limit: 100 });
    return {
      status: 200,
      body: { blocked },
      audit: { target: params.id, detail: { title: candidate.title, scope } },
    };
  },
});

export const unblockReleaseOperation = defineOperation({
  id: 'unblockRelease',
  tag,
  summary: 'Lets a blocked release be taken again',
  params: z.strictObject({ id: z.coerce.number().int().positive() }),
  responses: { 200: { description: 'What was blocked', schema: blockedView } },
  handle: async ({ db }, { params }) => {
    const entry = await deleteBlocked(db, params.id);
    if (entry === undefined) throw new HttpProblem('gone', `There is no blocklist entry ${params.id}`);
    return {
      status: 200,
      body: entry,
      audit: { target: String(params.id), detail: { itemKey: entry.itemKey, releaseKey: entry.releaseKey } },
    };
  },
});
