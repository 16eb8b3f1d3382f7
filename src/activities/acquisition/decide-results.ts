import { concludeSearch, type IndexerAnswer } from '../../domain/acquisition/conclude-search.js';
import { decide, type Candidate, type Decision } from '../../domain/acquisition/decide.js';
import type { Release } from '../../domain/acquisition/release.js';
import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import { MINUTE_MS } from '../../domain/durations.js';
import { recordPending } from '../../store/acquisition/requests.js';
import { indexerResults, saveSearch, type IndexerResultRow } from '../../store/acquisition/searches.js';
import { listIndexers, type IndexerRow } from '../../store/acquisition/indexers.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { decisionInput, type DecisionAbout } from './decision-input.js';

/** One job's answers of indexers, or the decision on them. */
interface SearchPlace {
  jobId: string;
  occurrence: number;
}

interface Deciding {
  about: DecisionAbout;
  /** Whose answers are judged. */
  asked: SearchPlace;
  /** Where the decision is kept, and under which id. */
  kept: SearchPlace & { id: string };
  /** What the stored plan says beside rules and profiles. */
  plan: Record<string, unknown>;
}

const MAX_ACCEPTED = 10;
/** A whole search is not repeated sooner for the sake of one indexer. */
const SHORTEST_RETRY_MS = MINUTE_MS;

/** Judges all answers and stores the whole decision with every reason. */
export async function decideResults(
  deps: ActivityDeps,
  { about, asked, kept, plan }: Deciding,
  step: Pick<StepContext, 'log'>,
): Promise<SearchConclusion> {
  const results = await indexerResults(deps.db, asked);
  const indexers = await listIndexers(deps.db);
  const releases = results.flatMap((result) => result.releases.map(({ release }) => release as Release));
  const decision = decide(await decisionInput(deps, about, { releases, indexers }));
  const concluded = concludeSearch({ answers: answersOf(results, indexers), decision, now: Date.now() });
  const { rejections, recheckAt: _recheckAt, detail, ...conclusion } = concluded;
  const searchId = await saveSearch(deps.db, {
    ...kept,
    requestId: about.requestId ?? null,
    plan: { ...plan, mode: about.mode ?? 'automatic', ...rulesOf(decision) },
    conclusion: conclusion.conclusion,
    detail,
    candidates: rowsOf(decision, results),
  });
  if (about.requestId !== undefined && (about.mode ?? 'automatic') === 'automatic') {
    await recordPending(deps.db, {
      requestId: about.requestId,
      isPending: conclusion.conclusion === 'delayed',
    });
  }
  step.log('info', detail, { rejections });
  return { searchId, accepted: acceptedOf(decision), ...conclusion, detail: detail.slice(0, 1_000) };
}

/** By which rules it was made. */
export function rulesOf({ rulesVersion, profiles, notes }: Decision): Record<string, unknown> {
  return { rulesVersion, profiles, notes };
}

function answersOf(results: IndexerResultRow[], indexers: IndexerRow[]): IndexerAnswer[] {
  const byId = new Map(indexers.map((indexer) => [indexer.id, indexer]));
  return results.map(({ indexerId, outcome, detail, retryAt }) => {
    const indexer = byId.get(indexerId);
    const error = outcome === 'error' ? restOf(indexer) : null;
    return { name: indexer?.name ?? indexerId, outcome, detail, retryAt: retryAt?.getTime() ?? error };
  });
}

/** Its back-off says when it is asked again; one that is back already may be so at once. */
function restOf(indexer: IndexerRow | undefined): number {
  return Math.max(indexer?.disabledUntil?.getTime() ?? 0, Date.now() + SHORTEST_RETRY_MS);
}

/** Candidates stand in their order, so a number is a place in it. */
export function acceptedOf({ candidates }: Decision): SearchConclusion['accepted'] {
  return candidates
    .map(({ rank, release }, number) => ({ rank, number, release }))
    .filter(({ rank }) => rank !== null)
    .slice(0, MAX_ACCEPTED)
    .map(({ number, release: { title, indexerId } }) => ({ number, title: title.slice(0, 300), indexerId }));
}

type CandidateRows = Parameters<typeof saveSearch>[1]['candidates'];

/** Links stay sealed, and apart from what people see. */
export function rowsOf(
  decision: Decision,
  results: readonly Pick<IndexerResultRow, 'releases'>[],
): CandidateRows {
  const links = new Map(
    results.flatMap(({ releases }) =>
      releases.map(({ release, linkSealed }) => [keyOf(release as Release), linkSealed] as const),
    ),
  );
  return decision.candidates.map((candidate, number) => rowOf(candidate, { number, links }));
}

function rowOf(
  { release, rank, ...evaluation }: Candidate,
  { number, links }: { number: number; links: ReadonlyMap<string, string | null> },
): CandidateRows[number] {
  return {
    number,
    rank,
    indexerId: release.indexerId,
    guid: release.guid,
    title: release.title,
    infoHash: release.infoHash ?? null,
    sizeBytes: release.sizeBytes,
    seeders: release.seeders ?? null,
    linkSealed: links.get(keyOf(release)) ?? null,
    accepted: rank !== null,
    release,
    evaluation,
  };
}

function keyOf({ indexerId, guid }: { indexerId: string; guid: string }): string {
  return `${indexerId} ${guid}`;
}
