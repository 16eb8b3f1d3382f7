import { tryConnection, type ConnectionTestOptions } from '../../integrations/connection-test.js';
import type { Answer } from '../http/operation.js';

/** A test of a connection as an answer: that the other side fails is no failure of the request. */
export async function testConnection(
  secret: string | undefined,
  run: (signal: AbortSignal) => Promise<string>,
  options: ConnectionTestOptions = {},
): Promise<Answer> {
  const { fault: _fault, ...body } = await tryConnection(secret, run, options);
  return { status: 200, body };
}
