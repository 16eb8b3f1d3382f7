import { Fault } from '../../domain/faults.js';

/**
 * Ends what has not ended within a limit, milliseconds; a picture takes seconds, so that the watchdog of encodes would be
 * too patient.
 * @throws Fault transient after the limit; the signal's reason after an abort.
 */
export async function within<Result>(
  limitMs: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await run(AbortSignal.any([outer, limit]));
  } catch (error) {
    outer.throwIfAborted();
    if (!limit.aborted) throw error;
    throw new Fault('transient', `FFmpeg did not end within ${Math.round(limitMs / 1_000)} s and was ended`, {
      remedy: 'Often the disk of the video, or the host, is busy: it is tried again',
    });
  }
}
