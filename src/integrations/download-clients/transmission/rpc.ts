import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import { exchange, parseReply, type ExchangeOptions, type Reply } from '../exchange.js';

export interface TransmissionAddress extends Omit<ExchangeOptions, 'product'> {
  baseUrl: string;
  username: string | null;
  secret?: string;
}

export const PRODUCT = 'Transmission';

/** A refusal by a method: HTTP 200, its words in place of `success`. */
export class TransmissionRefusal extends Error {
  override readonly name = 'TransmissionRefusal';
}

export interface TransmissionRpc {
  /** @throws TransmissionRefusal for a method's no, Fault environment when it does not answer, credentials for wrong ones. */
  call: <Result>(
    method: string,
    args: Record<string, unknown>,
    schema: z.ZodType<Result>,
    signal: AbortSignal,
  ) => Promise<Result>;
}

const envelope = z.object({ result: z.string(), arguments: z.unknown() });
const SESSION_HEADER = 'x-transmission-session-id';

export function createTransmissionRpc(address: TransmissionAddress): TransmissionRpc {
  const url = rpcUrl(address.baseUrl);
  const authorization = basicAuth(address);
  let session = '';
  const post = (body: string, signal: AbortSignal): Promise<Reply> =>
    exchange(
      { ...address, product: PRODUCT },
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', [SESSION_HEADER]: session, ...authorization },
        body,
      },
      signal,
    );
  return {
    call: async (method, args, schema, signal) => {
      const body = JSON.stringify({ method, arguments: args });
      let reply = await post(body, signal);
      // The session's id changes each hour and with each start: 409 brings the new one, and did nothing.
      if (reply.status === 409) {
        session = reply.headers.get(SESSION_HEADER) ?? '';
        reply = await post(body, signal);
      }
      const told = parseReply(PRODUCT, { schema: envelope, text: requireOk(reply).text, what: method });
      if (told.result !== 'success') throw new TransmissionRefusal(told.result);
      return parseReply(PRODUCT, { schema, text: JSON.stringify(told.arguments ?? {}), what: method });
    },
  };
}

/** People enter the address of its page, of its RPC or of its host. */
function rpcUrl(baseUrl: string): URL {
  const url = new URL(baseUrl);
  const before = url.pathname
    .replace(/\/+$/, '')
    .replace(/\/(transmission\/)?(rpc|web)$/, (end) =>
      end.startsWith('/transmission') ? '/transmission' : end,
    );
  url.pathname = before.endsWith('/rpc')
    ? before
    : before.endsWith('/transmission')
      ? `${before}/rpc`
      : `${before}/transmission/rpc`;
  return url;
}

function basicAuth({ username, secret }: TransmissionAddress): Record<string, string> {
  if (username === null && secret === undefined) return {};
  const pair = Buffer.from(`${username ?? ''}:${secret ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

function requireOk(reply: Reply): Reply {
  switch (reply.status) {
    case 200:
      return reply;
    case 401:
      throw new Fault('credentials', 'Transmission refuses the user or the password', {
        remedy: 'Enter rpc-username and rpc-password of its settings',
      });
    case 403:
    case 421:
      throw new Fault('credentials', `Transmission refuses this host (HTTP ${reply.status})`, {
        remedy:
          'Allow it in rpc-whitelist and rpc-host-whitelist; after too many wrong log-ins restart Transmission',
      });
    default:
      throw new Fault('environment', `Expected an answer of Transmission, got HTTP ${reply.status}`, {
        waitingReason: 'client_unreachable',
        remedy: 'Check the address: it ends with /transmission/rpc',
      });
  }
}
