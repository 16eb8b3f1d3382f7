import { backoffAnswer, nextBackoff } from '../../domain/acquisition/backoff.js';
import type { IndexerOutcome, Release } from '../../domain/acquisition/release.js';
import { changeIndexerUse, type IndexerRow } from '../../store/acquisition/indexers.js';
import type { StoredRelease } from '../../store/acquisition/searches.js';
import type { ActivityDeps } from '../deps.js';

/** It failed or asked for a pause: nobody asks it before. */
export function isResting({ disabledUntil }: Pick<IndexerRow, 'disabledUntil'>): boolean {
  return disabledUntil !== null && disabledUntil.getTime() > Date.now();
}

/** Its back-off, by what it answered. */
export async function recordUse(deps: ActivityDeps, row: IndexerRow, answer: IndexerOutcome): Promise<void> {
  await changeIndexerUse(deps.db, row.id, ({ level, until: restsUntil }) => ({
    outcome: answer.outcome,
    detail: answer.outcome === 'ok' ? null : answer.detail,
    ...nextBackoff({
      level,
      restsUntil,
      answer: backoffAnswer(answer),
      now: Date.now(),
      startedAt: performance.timeOrigin,
      ...(answer.outcome === 'throttled' ? { retryAfterMs: answer.retryAfterMs } : {}),
    }),
  }));
}

/** Links may carry the indexer's key: they are kept sealed and apart from what people see. */
export function sealRelease(
  { seal }: ActivityDeps,
  { downloadUrl, magnetUrl, ...release }: Release,
): StoredRelease {
  const link = downloadUrl ?? magnetUrl;
  return { release, linkSealed: link === undefined ? null : seal.seal(link) };
}
