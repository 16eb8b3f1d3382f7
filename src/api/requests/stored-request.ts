import { findRequest, type RequestRow } from '../../store/acquisition/requests.js';
import type { Queryable } from '../../store/database.js';
import { HttpProblem } from '../http/problem.js';

/** The row that its job has opened; the board also knows requests whose job has not begun. @throws HttpProblem gone. */
export async function requireStored(db: Queryable, requestId: string): Promise<RequestRow> {
  const request = await findRequest(db, requestId);
  if (request !== undefined) return request;
  throw new HttpProblem('gone', `There is no request "${requestId}"`);
}
