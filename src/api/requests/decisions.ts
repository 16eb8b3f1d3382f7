import { z } from 'zod';

import { decideRequest, type DecisionWish } from '../../jobs/decide-request.js';
import { findCandidate } from '../../store/acquisition/searches.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type Operation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idParams } from '../schemas/parameters.js';
import {
  decideImportBody,
  reasonBody,
  requestView,
  searchTermsBody,
  selectReleaseBody,
} from '../schemas/request.js';
import { requireRequest, viewOne } from './operations.js';

export const approveRequestOperation = decision({
  id: 'approveRequest',
  summary: 'Lets a request that waits for approval begin',
  body: reasonBody,
  wish: () => ({ kind: 'approve' }),
});

export const denyRequestOperation = decision({
  id: 'denyRequest',
  summary: 'Refuses a request that waits for approval; its job ends as cancelled',
  body: reasonBody,
  wish: () => ({ kind: 'deny' }),
});

export const selectReleaseOperation = decision({
  id: 'selectRelease',
  summary: 'Takes this release of a stored search, whatever the rules say of it',
  body: selectReleaseBody,
  wish: async ({ db }, { searchId, candidate: number }) => {
    const candidate = await findCandidate(db, { searchId, number });
    if (candidate === undefined) {
      throw new HttpProblem('bad_input', `Search "${searchId}" has no release no. ${number}`, {
        remedy: 'GET /api/requests/{id} lists the searches of a request with their candidates',
      });
    }
    const { title, indexerId } = candidate;
    return { kind: 'selectRelease', searchId, candidate: number, title: title.slice(0, 300), indexerId };
  },
});

export const skipCandidateOperation = decision({
  id: 'skipCandidate',
  summary: 'Gives the present release up and tries the next one; the release is not blocked',
  body: reasonBody,
  wish: () => ({ kind: 'skipCandidate' }),
});

export const retryStageOperation = decision({
  id: 'retryStage',
  summary: 'Searches or imports again now, and renews a spent budget',
  body: reasonBody,
  wish: () => ({ kind: 'retryStage' }),
});

export const setSearchTermsOperation = decision({
  id: 'setSearchTerms',
  summary: 'Searches with these words instead of the title; null: with the title again',
  body: searchTermsBody,
  wish: (_context, { terms }) => ({ kind: 'setSearchTerms', terms }),
});

export const decideImportOperation = decision({
  id: 'decideImport',
  summary: 'Files what seems to be something else, or rejects and blocks it',
  body: decideImportBody,
  wish: (_context, { action }) => ({ kind: 'decideImport', action }),
});

/** Each decision is the update of that name; the request answers at once whether it may be made. */
function decision<Body extends { reason?: string | undefined }>({
  id,
  summary,
  body: schema,
  wish,
}: {
  id: string;
  summary: string;
  body: z.ZodType<Body>;
  wish: (context: ApiContext, body: Body) => DecisionWish | Promise<DecisionWish>;
}): Operation {
  return defineOperation({
    id,
    tag: 'requests',
    summary,
    params: idParams,
    body: schema,
    responses: { 202: { description: 'Taken; the timeline tells what comes of it', schema: requestView } },
    refusals: [409],
    handle: async (context, { params, body, principal }) => {
      const { jobId } = await requireRequest(context.db, params.id);
      const made = { wish: await wish(context, body), by: principal.name, reason: body.reason ?? null };
      await decideRequest(context, jobId, made);
      return {
        status: 202,
        body: await viewOne(context.db, jobId),
        audit: { target: jobId, detail: { ...made.wish, reason: made.reason } },
      };
    },
  });
}
