import { stat } from 'node:fs/promises';

import type { FfmpegPosition } from './progress.js';

/** How long FFmpeg may show no sign of life, milliseconds, by what it is doing (media.md §1.13, R12). */
export interface SilenceBudgets {
  /** Until its first picture or sound: it reads and seeks. */
  startMs: number;
  workMs: number;
  /** When all is encoded: the container's index is moved to its front. */
  finaliseMs: number;
  /** On top of `finaliseMs` for each 100 MB of the output. */
  finaliseMsPer100MB: number;
}

export const DEFAULT_BUDGETS: SilenceBudgets = {
  startMs: 120_000,
  workMs: 300_000,
  finaliseMs: 60_000,
  finaliseMsPer100MB: 1_000,
};

export interface Watched {
  budgets: SilenceBudgets;
  /** Host path of the file that grows. */
  output: string;
  position: () => FfmpegPosition;
  /** Length that the output will have, seconds; near it the end is awaited. */
  expectedSeconds?: number;
  /** Told once, with the silence in words. */
  onSilence: (words: string) => void;
}

/** An output is as good as encoded when this little is missing, seconds. */
const NEARLY = 1;
const LOOK_MS = 1_000;

/**
 * Ends an FFmpeg that hangs (media.md §7 no. 1, 2, 29): neither its position, its frames nor its file have moved within
 * the budget of its phase. Returns what stops watching.
 */
export function watchSilence(watched: Watched): () => void {
  let last = '';
  let since = performance.now();
  let moved = false;
  const look = async (): Promise<void> => {
    const at = watched.position();
    const file = await stat(watched.output).catch(() => undefined);
    const sign = [at.seconds, at.frames, at.ended, file?.size, file?.mtimeMs].join();
    if (sign !== last) {
      last = sign;
      since = performance.now();
      moved ||= at.frames > 0 || at.seconds > 0;
      return;
    }
    const { phase, budgetMs } = budgetOf(watched, { at, moved, bytes: file?.size ?? 0 });
    const silentMs = performance.now() - since;
    if (silentMs < budgetMs) return;
    stop();
    watched.onSilence(`no sign of life for ${Math.round(silentMs / 1_000)} s while ${phase}`);
  };
  const everyMs = Math.min(LOOK_MS, ...[watched.budgets.startMs, watched.budgets.workMs].map((ms) => ms / 4));
  const timer = setInterval(() => void look(), everyMs);
  const stop = (): void => {
    clearInterval(timer);
  };
  return stop;
}

function budgetOf(
  { budgets, expectedSeconds }: Watched,
  { at, moved, bytes }: { at: FfmpegPosition; moved: boolean; bytes: number },
): { phase: string; budgetMs: number } {
  if (!moved) return { phase: 'it began', budgetMs: budgets.startMs };
  const near = expectedSeconds !== undefined && at.seconds >= expectedSeconds - NEARLY;
  if (!at.ended && !near) return { phase: 'it worked', budgetMs: budgets.workMs };
  const budgetMs = budgets.finaliseMs + (bytes / 100_000_000) * budgets.finaliseMsPer100MB;
  return { phase: 'it wrote the end of its file', budgetMs };
}
