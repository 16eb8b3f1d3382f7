import { itemKey } from '../../catalogue/acquisition/media-item.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { blameOf, type BlameStage } from '../../domain/acquisition/blame.js';
import { isBlocked, readBlocklist } from '../../domain/acquisition/blocklist.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';
import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import { Fault } from '../../domain/faults.js';
import { HOUR_MS } from '../../domain/durations.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import { makeWish } from '../../jobs/wish.js';
import {
  downloadsOfRequest,
  findDownload,
  parkDownload,
  skipDownload,
  triesOfRequest,
  type DownloadRow,
} from '../../store/acquisition/downloads.js';
import { findDecision, isAutoApproved, recordApproval } from '../../store/acquisition/request-decisions.js';
import {
  findRequest,
  linkLibraryItem,
  openRequest,
  recordRequestState,
  type RequestRow,
} from '../../store/acquisition/requests.js';
import { blockedKeys } from '../../store/acquisition/blocklist.js';
import {
  findCandidate,
  findSearch,
  identityOf,
  type CandidateRow,
} from '../../store/acquisition/searches.js';
import { findLibrary } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { blockFor } from './block-release.js';
import { decideResults } from './decide-results.js';
import { giveBackDownload } from './give-back.js';
import { finishDownload, giveBackOthers } from './finish-download.js';

/** What the row of a request says when a round of its job begins. */
export interface OpenedRequest {
  requestId: string;
  needsApproval: boolean;
  /** Milliseconds since the epoch; null: no such day is known. */
  releasedAtMs: number | null;
  askedAtMs: number;
  searchTerms: string | null;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  openRequest: async (
    asked: { item: MediaItem; libraryId: string; qualityProfileId?: string; tags?: string[] },
    step: StepContext,
  ): Promise<OpenedRequest> => {
    const { libraryId } = asked;
    if ((await findLibrary(deps.db, libraryId)) === undefined) {
      throw new Fault('bad_input', `There is no library "${libraryId}"`, {
        remedy: 'Name one of the libraries in the settings',
      });
    }
    const id = idWithin('req', step.jobId);
    const requestId = await openRequest(deps.db, { id, jobId: step.jobId, ...asked });
    const request = await getRequest(deps, requestId);
    const { releaseDate } = request.item;
    return {
      requestId,
      needsApproval: request.approvedAt === null && !(await isAutoApproved(deps.db, request.createdBy)),
      releasedAtMs: releaseDate === undefined ? null : Date.parse(`${releaseDate}T00:00:00Z`),
      askedAtMs: Date.now(),
      searchTerms: request.searchTerms,
    };
  },

  recordRequestState: async ({
    requestId,
    state,
    detail,
    decisionId,
  }: {
    requestId: string;
    state: RequestState;
    detail: string | null;
    decisionId?: string;
  }): Promise<void> => {
    const decision = decisionId === undefined ? undefined : await findDecision(deps.db, decisionId);
    await recordRequestState(deps.db, {
      requestId,
      state,
      detail: decision?.reason ?? detail,
      actor: decision?.madeBy ?? 'longplay',
    });
  },

  recordApproval: async ({
    requestId,
    decisionId,
  }: {
    requestId: string;
    decisionId?: string;
  }): Promise<void> => {
    const decision = decisionId === undefined ? undefined : await findDecision(deps.db, decisionId);
    await recordApproval(deps.db, { requestId, by: decision?.madeBy ?? 'temporal' });
  },

  /** Kept in its client until another release is there; after a day it may be tried again. */
  parkDownload: async ({ downloadId }: { downloadId: string }): Promise<void> => {
    await parkDownload(deps.db, downloadId);
  },

  /** Until its import is verified a check of its client, or its crash, may undo a completion (acquisition.md §4.4). */
  findUnfinished: async ({ downloadId }: { downloadId: string }): Promise<{ unfinished: boolean }> => {
    const download = await findDownload(deps.db, downloadId);
    return { unfinished: download?.removedAt === null && download.completedAt === null };
  },

  /** What somebody has skipped is ended and given back; usually its own job has done so already. */
  dropCandidate: async (
    { requestId, searchId, candidate: number }: { requestId: string; searchId: string; candidate: number },
    step: StepContext,
  ): Promise<void> => {
    const candidate = await findCandidate(deps.db, { searchId, number });
    if (candidate === undefined) return;
    const same = (await downloadsOfRequest(deps.db, requestId)).filter((download) =>
      isSameRelease(download, candidate),
    );
    for (const { id, jobId, removedAt } of same) {
      await skipDownload(deps.db, id);
      if (removedAt !== null) continue;
      await cancelIfOpen(deps, jobId);
      await giveBackDownload(deps, { downloadId: id, signal: step.signal });
    }
  },

  /** Blocked or tried since the search: the next one. One that is complete already is used again. */
  pickCandidate: async ({
    requestId,
    searchId,
    candidate: number,
    chosen = false,
  }: {
    requestId: string;
    searchId: string;
    candidate: number;
    /** By a person, who may want what was tried before. */
    chosen?: boolean;
  }): Promise<{ usable: boolean; reason?: string }> => {
    const request = await getRequest(deps, requestId);
    const candidate = await findCandidate(deps.db, { searchId, number });
    if (candidate === undefined) return { usable: false, reason: 'its search is gone' };
    if (chosen) return { usable: true };
    const blocklist = readBlocklist(await blockedKeys(deps.db, itemKey(request.item)), Date.now());
    if (isBlocked(identityOf(candidate), blocklist)) return { usable: false, reason: 'it is blocked' };
    const tries = await triesOfRequest(deps.db, requestId);
    const earlier = tries.findLast((download) => isSameRelease(download, candidate));
    const wasTried = earlier?.completedAt === null && !isRipe(earlier);
    return wasTried ? { usable: false, reason: 'it was tried before' } : { usable: true };
  },

  blockRelease: async ({
    requestId,
    searchId,
    candidate: number,
    evidence,
    stage = 'download',
  }: {
    requestId: string;
    searchId: string;
    candidate: number;
    evidence: string;
    stage?: BlameStage;
  }): Promise<void> => {
    const { item } = await getRequest(deps, requestId);
    const candidate = await findCandidate(deps.db, { searchId, number });
    if (candidate === undefined) return;
    const release = identityOf(candidate);
    await blockFor(deps.db, item, { release, fault: blameOf(stage, evidence), source: stage, evidence });
  },

  /** The answers of an earlier search are judged by what is so now: no indexer is asked. */
  decideAgain: async (
    { requestId, searchId, occurrence }: { requestId: string; searchId: string; occurrence: number },
    step: StepContext,
  ): Promise<SearchConclusion> => {
    const { item, searchTerms } = await getRequest(deps, requestId);
    const search = await findSearch(deps.db, searchId);
    if (search === undefined) throw new Fault('gone', `There is no search "${searchId}"`);
    const about = { item, requestId, ...(searchTerms === null ? {} : { terms: searchTerms }) };
    const id = `${idWithin('search', step.jobId)}-${occurrence}`;
    return decideResults(
      deps,
      {
        about,
        asked: search.asked,
        kept: { id, jobId: step.jobId, occurrence },
        plan: { asked: search.asked },
      },
      step,
    );
  },

  recordAvailable: async (found: { requestId: string; libraryItemId: string }): Promise<void> => {
    await linkLibraryItem(deps.db, found);
  },

  /** The library has its own copy or link by now, or nobody wants it: the client gives it back. */
  finishDownload: async (
    { downloadId, requestId, cancelled }: { downloadId: string; requestId: string; cancelled: boolean },
    step: StepContext,
  ): Promise<void> => {
    await finishDownload(deps, { downloadId, cancelled }, step);
    if (!cancelled) await giveBackOthers(deps, { requestId, downloadId }, step);
  },

  /** One that was denied stays so; its job is cancelled either way. */
  abandonRequest: async ({ requestId }: { requestId: string }): Promise<void> => {
    if ((await findRequest(deps.db, requestId))?.state === 'denied') return;
    await recordRequestState(deps.db, { requestId, state: 'cancelled', actor: 'longplay', detail: null });
  },
}));

export type RequestSteps = StepsOf<typeof steps>;

const PARKED_MS = 24 * HOUR_MS;

/** Parked long enough to be tried once more (acquisition.md §4.5). */
function isRipe({ parkedAt }: DownloadRow): boolean {
  return parkedAt !== null && Date.now() - parkedAt.getTime() >= PARKED_MS;
}

function isSameRelease(download: DownloadRow, candidate: CandidateRow): boolean {
  const sameHash = candidate.infoHash !== null && download.infoHash === candidate.infoHash;
  return sameHash || (download.guid === candidate.guid && download.indexerId === candidate.indexerId);
}

async function cancelIfOpen(deps: ActivityDeps, jobId: string): Promise<void> {
  try {
    await makeWish(deps, { jobId, kind: 'cancel', madeBy: 'longplay' });
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'superseded') throw error;
  }
}

async function getRequest({ db }: ActivityDeps, requestId: string): Promise<RequestRow> {
  const request = await findRequest(db, requestId);
  if (request !== undefined) return request;
  throw new Fault('gone', `There is no request "${requestId}"`);
}
