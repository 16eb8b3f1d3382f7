import { z } from 'zod';

import { Fault, normalizeError } from '../../../domain/faults.js';
import { parseJson } from '../../../domain/parse-json.js';
import { withDeadline } from '../../deadline.js';

export interface Aria2RpcOptions {
  rpcUrl: string;
  secret: string | undefined;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

/** A refusal by a method: HTTP 400, code 1; only its message tells which (acquisition.md §2.7). */
export class Aria2Refusal extends Error {
  override readonly name = 'Aria2Refusal';
}

export interface Aria2Rpc {
  /** @throws Aria2Refusal for a method's no, Fault environment when aria2 does not answer, credentials for a wrong secret. */
  call: <Result>(
    method: string,
    params: unknown[],
    schema: z.ZodType<Result>,
    signal: AbortSignal,
  ) => Promise<Result>;
  /**
   * Several methods in one call, done one after the other with nothing between; a method's no stands in its place.
   * @throws as `call` does when all of it fails.
   */
  multicall: (calls: Aria2Call[], signal: AbortSignal) => Promise<unknown[]>;
}

export interface Aria2Call {
  method: string;
  params: unknown[];
}

const TIMEOUT_MS = 10_000;

const reply = z.union([
  z.object({ result: z.unknown() }).refine((value) => 'result' in value && value.result !== undefined),
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
]);

/** One answer in a list of its own, or why not: a wrong secret comes here too, with HTTP 200. */
const multicallReply = z.array(z.union([z.array(z.unknown()).min(1), z.object({ message: z.string() })]));

export function createAria2Rpc(options: Aria2RpcOptions): Aria2Rpc {
  const token = options.secret === undefined ? [] : [`token:${options.secret}`];
  return {
    call: async (method, params, schema, signal) => {
      const result = await post(options, { method, params: [...token, ...params] }, signal);
      return parse(schema, result, method);
    },
    multicall: async (calls, signal) => {
      const inner = calls.map(({ method, params }) => ({
        methodName: method,
        params: [...token, ...params],
      }));
      const results = await post(options, { method: 'system.multicall', params: [inner] }, signal);
      return parse(multicallReply, results, 'system.multicall').map((answer) =>
        Array.isArray(answer) ? answer[0] : refused(answer.message),
      );
    },
  };
}

async function post(
  { rpcUrl, fetch: fetcher = fetch, timeoutMs = TIMEOUT_MS }: Aria2RpcOptions,
  request: { method: string; params: unknown[] },
  signal: AbortSignal,
): Promise<unknown> {
  let told: string;
  try {
    told = await withDeadline({ signal, timeoutMs }, async (bounded) => {
      const response = await fetcher(rpcUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 'longplay', ...request }),
        signal: bounded,
      });
      return response.text();
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw unreachable(error);
  }
  const answer = reply.safeParse(parseJson(told));
  if (!answer.success) throw notAria2(told, answer.error);
  if (!('error' in answer.data)) return answer.data.result;
  throw refused(answer.data.error.message);
}

/** @throws Fault credentials for a wrong secret */
function refused(message: string): Aria2Refusal {
  if (message !== 'Unauthorized') return new Aria2Refusal(message);
  throw new Fault('credentials', 'aria2 refuses the secret', {
    remedy: 'Enter the secret that aria2 was started with',
  });
}

function unreachable(error: unknown): Fault {
  const { cause, message } = normalizeError(error);
  // fetch hides the system's word, such as ECONNREFUSED, one level down.
  const why = cause instanceof Error ? cause.message : message;
  return new Fault('environment', `aria2 does not answer: ${why.slice(0, 200)}`, {
    waitingReason: 'client_unreachable',
    remedy: 'Check that aria2 runs and that its address is right',
    cause: error,
  });
}

function notAria2(told: string, cause: unknown): Fault {
  const what = /^\s*</.test(told) ? 'a web page' : 'something else';
  return new Fault('environment', `Expected an answer of aria2, got ${what}`, {
    waitingReason: 'client_unreachable',
    remedy: 'Check the address: it ends with /jsonrpc',
    cause,
  });
}

/** @throws Fault transient for an answer in another shape */
export function parse<Result>(schema: z.ZodType<Result>, value: unknown, method: string): Result {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault(
    'transient',
    `aria2 answered ${method} in an unexpected shape: ${z.prettifyError(parsed.error)}`,
  );
}
