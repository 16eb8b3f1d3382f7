import { Fault, normalizeError, type FaultKind } from '../domain/faults.js';
import { TooLate, withDeadline } from './deadline.js';

const TIMEOUT_MS = 10_000;
/** An adapter that does not heed its signal is waited for no longer. */
const GRACE_MS = 500;

/** How a test of a connection ended, in words. */
export interface ConnectionTest {
  ok: boolean;
  detail: string;
  remedy: string | null;
  elapsedMs: number;
  /** What kind of thing went wrong, where that is known. */
  fault?: FaultKind;
}

/**
 * Runs a test of a connection and tells its end in words; never throws. The secret's own text is cut out of whatever the
 * other side said.
 */
export async function tryConnection(
  secret: string | undefined,
  run: (signal: AbortSignal) => Promise<string>,
  { timeoutMs = TIMEOUT_MS, signal = new AbortController().signal }: ConnectionTestOptions = {},
): Promise<ConnectionTest> {
  const begun = performance.now();
  const result = await tried(run, { timeoutMs, signal });
  const hide = (text: string): string =>
    secret === undefined || secret === '' ? text : text.replaceAll(secret, '[redacted]');
  return {
    ...result,
    detail: hide(result.detail),
    remedy: result.remedy === null ? null : hide(result.remedy),
    elapsedMs: Math.round(performance.now() - begun),
  };
}

export interface ConnectionTestOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}

const CHECK_ADDRESS = 'Check the address, and that the other side is up';

/** For faults that bring no remedy of their own. */
const REMEDIES: Partial<Record<FaultKind, string>> = {
  transient: CHECK_ADDRESS,
  environment: CHECK_ADDRESS,
  throttled: 'Try again later: the other side asks for a pause',
};

type Tried = Omit<ConnectionTest, 'elapsedMs'>;

async function tried(
  run: (signal: AbortSignal) => Promise<string>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Tried> {
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    const tooLate = new Promise<never>((_resolve, reject) => {
      late = setTimeout(() => {
        reject(new TooLate(timeoutMs));
      }, timeoutMs + GRACE_MS);
    });
    const detail = await Promise.race([withDeadline({ signal, timeoutMs }, run), tooLate]);
    return { ok: true, detail, remedy: null };
  } catch (error) {
    return toldOf(error, timeoutMs);
  } finally {
    clearTimeout(late);
  }
}

function toldOf(error: unknown, timeoutMs: number): Tried {
  if (error instanceof TooLate) {
    const detail = `Expected an answer within ${timeoutMs / 1_000} s, got none`;
    return { ok: false, detail, remedy: CHECK_ADDRESS, fault: 'environment' };
  }
  if (error instanceof Fault) {
    const remedy = error.remedy ?? REMEDIES[error.kind] ?? null;
    return { ok: false, detail: error.message, remedy, fault: error.kind };
  }
  return { ok: false, detail: normalizeError(error).message, remedy: null };
}
