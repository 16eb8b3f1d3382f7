import { setTimeout as after } from 'node:timers/promises';

import { Fault, normalizeError } from '../../domain/faults.js';
import type { Answer } from '../http/operation.js';

const TIMEOUT_MS = 10_000;

/**
 * Runs a test of a connection and tells its end in words; it fails the request only for our own mistakes.
 * The secret's own text is cut out of whatever the other side said.
 */
export async function testConnection(
  secret: string | undefined,
  run: (signal: AbortSignal) => Promise<string>,
): Promise<Answer> {
  const begun = performance.now();
  const ended = new AbortController();
  const result = await Promise.race([
    tried(run, AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ended.signal])),
    late(ended.signal),
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

interface Tried {
  ok: boolean;
  detail: string;
  remedy: string | null;
}

async function tried(run: (signal: AbortSignal) => Promise<string>, signal: AbortSignal): Promise<Tried> {
  try {
    return { ok: true, detail: await run(signal), remedy: null };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, detail: error.message, remedy: error.remedy ?? null };
    if (signal.aborted) return tooLate();
    return { ok: false, detail: normalizeError(error).message, remedy: null };
  }
}

/** An adapter that does not heed its signal must not hold the request. */
async function late(signal: AbortSignal): Promise<Tried> {
  await after(TIMEOUT_MS + 500, undefined, { signal }).catch(() => undefined);
  return tooLate();
}

function tooLate(): Tried {
  return {
    ok: false,
    detail: `Expected an answer within ${TIMEOUT_MS / 1_000} s, got none`,
    remedy: 'Check the address, and that the other side is up',
  };
}
