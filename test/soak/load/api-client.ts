import type { House } from '../house/house.js';
import type { Random } from '../../support/random.js';

export interface ApiAnswer {
  /** 0 when no answer came. */
  status: number;
  body: Record<string, unknown>;
}

export type Call = (
  method: 'GET' | 'POST' | 'PUT',
  address: string,
  options?: CallOptions,
) => Promise<ApiAnswer>;

export interface CallOptions {
  body?: unknown;
  key?: string;
}

const CALL_MS = 10_000;

/** One call to any of the house's APIs; an API that is away is an answer with status 0, not an error. */
export function createCall(house: House, random: Random): Call {
  return async (method, address, { body, key } = {}) => {
    const base = random.pickAny(house.apis()) ?? '';
    try {
      const response = await fetch(`${base}${address}`, {
        method,
        signal: AbortSignal.timeout(CALL_MS),
        headers: {
          authorization: `Bearer ${house.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch {
      return { status: 0, body: {} };
    }
  };
}
