import { z } from 'zod';

import type { Principal } from '../access/principal.js';
import { isTokenLive } from '../../store/tokens.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { filterOf } from '../jobs/filter.js';
import { requireJob } from '../jobs/operations.js';
import { eventsQuery, jobEventsQuery } from '../schemas/job.js';
import { DEFAULT_LIMIT, idParams } from '../schemas/parameters.js';
import { readEventId } from './cursor.js';
import { streamStates, type StreamWish } from './state-stream.js';

const tag = 'events';
const text = { contentType: 'text/event-stream', schema: z.string() };

export const eventsOperation = defineOperation({
  id: 'streamJobs',
  tag,
  summary: 'Jobs as they change, as Server-Sent Events',
  query: eventsQuery,
  responses: {
    200: {
      description:
        '`snapshot` {jobs}, then `job` for each changed job in its present state, and `left` {id, status, version} ' +
        'for one that no longer has a wanted status. The id of each event is a cursor: `Last-Event-ID` goes on from it.',
      ...text,
    },
  },
  handle: (context, { query, principal, request }) =>
    Promise.resolve({
      stream: (response) =>
        streamStates(context, response, {
          filter: filterOf(context.catalogue, query),
          only: undefined,
          withLogs: false,
          limit: query.limit ?? DEFAULT_LIMIT,
          resumeAfter: readEventId(request.get('last-event-id')),
          logIn: logInOf(context, principal),
        }),
    }),
});

export const jobEventsOperation = defineOperation({
  id: 'streamJob',
  tag,
  summary: 'One job as it changes, until its end, as Server-Sent Events',
  params: idParams,
  query: jobEventsQuery,
  responses: {
    200: {
      description:
        '`snapshot` {job}, then `job` for each change, `log` for each line when logs=1, and `end` with the ended job.',
      ...text,
    },
  },
  handle: async (context, { params, query, principal, request }) => {
    await requireJob(context.db, params.id);
    return {
      stream: (response) =>
        streamStates(context, response, {
          filter: { id: params.id },
          only: params.id,
          withLogs: query.logs ?? false,
          limit: 1,
          resumeAfter: readEventId(request.get('last-event-id')),
          logIn: logInOf(context, principal),
        }),
    };
  },
});

function logInOf({ db }: ApiContext, { id }: Principal): StreamWish['logIn'] {
  return { id, isLive: () => isTokenLive(db, id) };
}
