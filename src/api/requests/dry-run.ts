import { z } from 'zod';

import { decisionInput } from '../../activities/acquisition/decision-input.js';
import { rowsOf } from '../../activities/acquisition/decide-results.js';
import { decide } from '../../domain/acquisition/decide.js';
import type { Release } from '../../domain/acquisition/release.js';
import { saveRequestPolicy } from '../../store/acquisition/requests.js';
import { findSearch, indexerResults } from '../../store/acquisition/searches.js';
import { listIndexers } from '../../store/acquisition/indexers.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import { dryRunBody, requestPolicyBody } from '../schemas/policy.js';
import { candidate, requestView } from '../schemas/request.js';
import { qualityProfiles } from '../settings/quality-profile-operations.js';
import { viewOne } from './operations.js';
import { requireStored } from './stored-request.js';

export const dryRunDecisionOperation = defineOperation({
  id: 'dryRunDecision',
  tag: 'requests',
  summary: 'What would be chosen now of a stored search, by this profile; nothing is stored or fetched',
  params: idParams,
  body: dryRunBody,
  responses: {
    200: {
      description: 'Accepted ones by rank, then the refused ones with their reasons',
      schema: z.strictObject({ candidates: z.array(candidate) }),
    },
  },
  handle: async (context, { params, body }) => {
    const { db } = context;
    const request = await requireStored(db, params.id);
    if (body.qualityProfileId !== undefined) await qualityProfiles.require(db, body.qualityProfileId);
    const search = await findSearch(db, body.searchId);
    if (search?.requestId !== request.id) {
      throw new HttpProblem('bad_input', `The request has no search "${body.searchId}"`, {
        remedy: 'GET /api/requests/{id} lists its searches',
      });
    }
    const results = await indexerResults(db, search.asked);
    const releases = results.flatMap((result) => result.releases.map(({ release }) => release as Release));
    const about = {
      item: request.item,
      requestId: request.id,
      ...(request.searchTerms === null ? {} : { terms: request.searchTerms }),
      ...(body.qualityProfileId === undefined ? {} : { profileId: body.qualityProfileId }),
    };
    const input = await decisionInput(context, about, { releases, indexers: await listIndexers(db) });
    const candidates = rowsOf(decide(input), []).map(
      ({ linkSealed: _link, release: _release, ...row }) => row,
    );
    return { status: 200, body: { candidates } };
  },
});

export const putRequestPolicyOperation = defineOperation({
  id: 'putRequestPolicy',
  tag: 'requests',
  summary: 'Which quality profile and tags a request has; they count from its next decision on',
  params: idParams,
  body: requestPolicyBody,
  responses: { 200: { description: 'The request', schema: requestView } },
  handle: async ({ db }, { params, body }) => {
    const request = await requireStored(db, params.id);
    if (body.qualityProfileId !== null) await qualityProfiles.require(db, body.qualityProfileId);
    await saveRequestPolicy(db, { requestId: request.id, ...body });
    return {
      status: 200,
      body: await viewOne(db, request.jobId),
      audit: { target: request.jobId, detail: body },
    };
  },
});
