import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import { parseJson } from '../../../domain/parse-json.js';
import {
  ask,
  describeAnswer,
  interfaceAddress,
  parseAnswer,
  unreachable,
  type Answered,
} from '../usenet/answer.js';

export interface NzbgetOptions {
  baseUrl: string;
  username: string | null;
  secret?: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

/** JSON-RPC of NZBGet (acquisition.md §2.6). */
export type NzbgetRpc = <Result>(
  method: string,
  params: readonly unknown[],
  schema: z.ZodType<Result>,
  signal: AbortSignal,
) => Promise<Result>;

const PRODUCT = 'NZBGet';
const TIMEOUT_MS = 30_000;

const reply = z.union([
  z.object({ error: z.object({ message: z.string() }) }),
  z.object({ result: z.unknown() }).refine((value) => value.result !== undefined),
]);

/** @throws Fault environment when NZBGet does not answer, credentials when it refuses ours, transient for a method's no. */
export function createNzbgetRpc(options: NzbgetOptions): NzbgetRpc {
  const url = interfaceAddress(options.baseUrl, '/jsonrpc');
  const user = `${options.username ?? ''}:${options.secret ?? ''}`;
  const headers = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(user).toString('base64')}`,
  };
  const door = {
    product: PRODUCT,
    fetch: options.fetch ?? fetch,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  };
  return async (method, params, schema, signal) => {
    const body = JSON.stringify({ method, params, id: 1 });
    const value = readReply(await ask(door, { url, headers, body }, signal), method);
    return parseAnswer(PRODUCT, schema, { value, call: method });
  };
}

function readReply(answered: Answered, method: string): unknown {
  if (answered.status === 401 || answered.status === 403) {
    throw new Fault('credentials', 'NZBGet refuses the user name and password', {
      remedy: 'Enter ControlUsername and ControlPassword of its settings',
    });
  }
  const answer = reply.safeParse(parseJson(answered.text));
  if (!answer.success) {
    throw unreachable(PRODUCT, `was expected to answer, but ${describeAnswer(answered)} came`, {
      remedy: 'Check the address: it is that of its web page',
      cause: answer.error,
    });
  }
  if (!('error' in answer.data)) return answer.data.result;
  throw new Fault('transient', `NZBGet refused ${method}: ${answer.data.error.message.slice(0, 200)}`);
}
