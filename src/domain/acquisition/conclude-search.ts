import { concludeWaiting } from './conclude-waiting.js';
import type { Decision } from './decide.js';
import type { RejectionCode } from './rejection.js';
import type { SearchConclusion } from './search-conclusion.js';

/** How one enabled indexer answered, over all its queries of this search. */
export interface IndexerAnswer {
  name: string;
  outcome: 'ok' | 'throttled' | 'disabled' | 'error';
  detail?: string | null;
  /** Milliseconds since the epoch; null where asking again needs a person first. */
  retryAt?: number | null;
}

export interface ConcludedSearch extends Pick<
  SearchConclusion,
  'conclusion' | 'detail' | 'retryAfterMs' | 'waitsFor'
> {
  /** Why releases were refused, the most frequent first. */
  rejections: { code: RejectionCode; count: number }[];
  /** When a refusal that passes (seeders, back-off) is worth another look, ISO 8601. */
  recheckAt: string | null;
}

/** The table of §3.1: only a clean answer of every enabled indexer may say that there is nothing. */
export function concludeSearch({
  answers,
  decision,
  now,
}: {
  /** One or more of every enabled indexer; an indexer that rests answers `throttled`. */
  answers: readonly IndexerAnswer[];
  decision: Decision;
  /** Milliseconds since the epoch. */
  now: number;
}): ConcludedSearch {
  const rest = { rejections: countRejections(decision), recheckAt: earliestRecheck(decision) };
  const accepted = decision.candidates.filter(({ rank }) => rank !== null).length;
  const silent = answers.filter(({ outcome }) => outcome !== 'ok');
  if (accepted > 0)
    return { ...rest, conclusion: 'accepted', detail: foundDetail(decision, accepted), retryAfterMs: null };
  const waiting = concludeWaiting(decision, now);
  if (waiting !== undefined) return { ...rest, ...waiting };
  if (answers.length === 0) {
    return {
      ...rest,
      conclusion: 'no_indexer',
      detail: 'No indexer is enabled for this kind of item.',
      retryAfterMs: null,
    };
  }
  if (silent.length > 0) {
    const retryAfterMs = earliestRetry(silent, now);
    return { ...rest, conclusion: 'incomplete', detail: incompleteDetail(answers, silent), retryAfterMs };
  }
  return {
    ...rest,
    conclusion: 'no_release',
    detail: noReleaseDetail(answers, decision),
    retryAfterMs: null,
  };
}

function foundDetail({ candidates }: Decision, accepted: number): string {
  return `${accepted} of ${candidates.length} releases fit; the best is "${candidates[0]?.release.title ?? ''}".`;
}

function incompleteDetail(answers: readonly IndexerAnswer[], silent: readonly IndexerAnswer[]): string {
  const reasons = silent.map(({ name, outcome, detail }) => `${name}: ${detail ?? outcome}`);
  const names = new Set(answers.map(({ name }) => name));
  const silentNames = new Set(silent.map(({ name }) => name));
  return `${silentNames.size} of ${names.size} indexers gave no clean answer (${[...new Set(reasons)].join('; ')}).`;
}

function noReleaseDetail(answers: readonly IndexerAnswer[], decision: Decision): string {
  const asked = new Set(answers.map(({ name }) => name)).size;
  const all = asked === 1 ? 'The only indexer answered' : `All ${asked} indexers answered`;
  if (decision.candidates.length === 0) return `${all}, and there is no release.`;
  const top = countRejections(decision).slice(0, 3);
  const reasons = top.map(({ code, count }) => `${code} ${count}×`).join(', ');
  return `${all}; all ${decision.candidates.length} releases were refused (${reasons}).`;
}

function countRejections({ candidates }: Decision): { code: RejectionCode; count: number }[] {
  const counts = new Map<RejectionCode, number>();
  for (const { code } of candidates.flatMap(({ rejections }) => rejections))
    counts.set(code, (counts.get(code) ?? 0) + 1);
  const list = [...counts].map(([code, count]) => ({ code, count }));
  return list.toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function earliestRetry(silent: readonly IndexerAnswer[], now: number): number | null {
  const times = silent.map(({ retryAt }) => retryAt ?? null).filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(0, Math.min(...times) - now);
}

/** Only where every refusal of a release passes, a second look can change anything. */
function earliestRecheck({ candidates }: Decision): string | null {
  const passing = candidates.filter(
    ({ rejections }) => rejections.length > 0 && rejections.every(({ permanent }) => !permanent),
  );
  const times = passing.map(
    ({ rejections }) =>
      rejections
        .map(({ retryAt }) => retryAt ?? '')
        .toSorted()
        .at(-1) ?? '',
  );
  return times.toSorted()[0] ?? null;
}
