import { composeMessage } from '../../domain/notices/message.js';
import { listNotices, type NoticeRow } from '../../store/notices/deliveries.js';
import { defineOperation } from '../http/operation.js';
import { listNoticesQuery, noticePage } from '../schemas/notice.js';
import { DEFAULT_LIMIT, readCursor, writeCursor } from '../schemas/parameters.js';

export const listNoticesOperation = defineOperation({
  id: 'listNotices',
  tag: 'notifications',
  summary: 'What was told, waits to be told and was given up, newest first',
  query: listNoticesQuery,
  responses: { 200: { description: 'One page', schema: noticePage } },
  handle: async ({ db }, { query }) => {
    const { rows, next } = await listNotices(db, {
      states: query.state?.length === 0 ? undefined : query.state,
      targetId: query.targetId,
      after: readCursor(query.cursor),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    return { status: 200, body: { notices: rows.map(view), next: writeCursor(next) } };
  },
});

function view(row: NoticeRow) {
  const { key, event, title, detail, targetId, requestId, item, requestedBy, createdAt } = row;
  const { state, tries, lastError, endedAt } = row;
  const request =
    requestId === null || item === null ? null : { id: requestId, item, requestedBy: requestedBy ?? '' };
  const message = composeMessage({ key, event, title, detail, at: createdAt.toISOString(), request });
  return {
    ...{ id: key, event, targetId, requestId, title: message.title, detail },
    ...{ state, tries, lastError, createdAt, endedAt },
  };
}
