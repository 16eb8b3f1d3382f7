import { setTimeout as after } from 'node:timers/promises';

import { Fault, normalizeError, type FaultKind } from '../../domain/faults.js';
import type { Answer } from '../http/operation.js';

const TIMEOUT_MS = 10_000;

/**
 * Runs a test of a connection and tells its end in words; it fails the request only for our own mistakes.
 * The secret's own text is cut out of whatever the other side said.
 */
export async function testConnection(
  secret: string | undefined,
  run: (signal: AbortSignal) => Promise<string>,
  { timeoutMs = TIMEOUT_MS } = {},
): Promise<Answer> {
  const begun = performance.now();
  const ended = new AbortController();
  const result = await Promise.race([
    tried(run, { timeoutMs, signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ended.signal]) }),
    late({ timeoutMs, signal: ended.signal }),
  ]);
  ended.abort();
  const hide = (text: string): string =>
    secret === undefined ? text : text.replaceAll(secret, '[redacted]');
  return {
    status: 200,
    body: {
      ok: result.ok,
      detail: hide(result.detail),
      remedy: result.remedy === null ? null : hide(result.remedy),
      elapsedMs: Math.round(performance.now() - begun),
    },
  };
}

const CHECK_ADDRESS = 'Check the address, and that the other side is up';

/** For faults that bring no remedy of their own. */
const REMEDIES: Partial<Record<FaultKind, string>> = {
  transient: CHECK_ADDRESS,
  environment: CHECK_ADDRESS,
  throttled: 'Try again later: the other side asks for a pause',
};

interface Tried {
  ok: boolean;
  detail: string;
  remedy: string | null;
}

async function tried(
  run: (signal: AbortSignal) => Promise<string>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Tried> {
  try {
    return { ok: true, detail: await run(signal), remedy: null };
  } catch (error) {
    if (error instanceof Fault) {
      const remedy = error.remedy ?? REMEDIES[error.kind] ?? null;
      return { ok: false, detail: error.message, remedy };
    }
    if (signal.aborted) return tooLate(timeoutMs);
    return { ok: false, detail: normalizeError(error).message, remedy: null };
  }
}

/** An adapter that does not heed its signal must not hold the request. */
async function late({ timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<Tried> {
  await after(timeoutMs + 500, undefined, { signal }).catch(() => undefined);
  return tooLate(timeoutMs);
}

function tooLate(timeoutMs: number): Tried {
  return {
    ok: false,
    detail: `Expected an answer within ${timeoutMs / 1_000} s, got none`,
    remedy: CHECK_ADDRESS,
  };
}
