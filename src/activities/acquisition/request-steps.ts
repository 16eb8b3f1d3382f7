import { itemKey } from '../../catalogue/acquisition/media-item.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { releaseKey } from '../../domain/acquisition/blocklist.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';
import { Fault } from '../../domain/faults.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import { downloadsOfRequest } from '../../store/acquisition/downloads.js';
import {
  findRequest,
  linkLibraryItem,
  openRequest,
  recordRequestState,
  type RequestRow,
} from '../../store/acquisition/requests.js';
import { blockedReleases, blockRelease, findCandidate } from '../../store/acquisition/searches.js';
import { findLibrary } from '../../store/acquisition/settings.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { finishDownload, giveBackOthers } from './finish-download.js';

export const steps = defineSteps((deps: ActivityDeps) => ({
  openRequest: async (
    { item, libraryId }: { item: MediaItem; libraryId: string },
    step: StepContext,
  ): Promise<{ requestId: string }> => {
    if ((await findLibrary(deps.db, libraryId)) === undefined) {
      throw new Fault('bad_input', `There is no library "${libraryId}"`, {
        remedy: 'Name one of the libraries in the settings',
      });
    }
    const id = idWithin('req', step.jobId);
    return { requestId: await openRequest(deps.db, { id, jobId: step.jobId, item, libraryId }) };
  },

  recordRequestState: async ({
    requestId,
    state,
    detail,
  }: {
    requestId: string;
    state: RequestState;
    detail: string | null;
  }): Promise<void> => {
    await recordRequestState(deps.db, { requestId, state, detail, actor: 'longplay' });
  },

  /** Blocked or tried since the search: the next one. One that is complete already is used again. */
  pickCandidate: async ({
    requestId,
    searchId,
    candidate: number,
  }: {
    requestId: string;
    searchId: string;
    candidate: number;
  }): Promise<{ usable: boolean; reason?: string }> => {
    const request = await getRequest(deps, requestId);
    const candidate = await findCandidate(deps.db, { searchId, number });
    if (candidate === undefined) return { usable: false, reason: 'its search is gone' };
    const blocked = await blockedReleases(deps.db, itemKey(request.item));
    const key = releaseKey(candidate);
    if (blocked.some(({ releaseKey }) => releaseKey === key))
      return { usable: false, reason: 'it is blocked' };
    const earlier = (await downloadsOfRequest(deps.db, requestId)).find(
      (download) =>
        download.infoHash === candidate.infoHash ||
        (download.guid === candidate.guid && download.indexerId === candidate.indexerId),
    );
    const isOpen = earlier?.completedAt === null;
    return isOpen ? { usable: false, reason: 'it was tried before' } : { usable: true };
  },

  blockRelease: async ({
    requestId,
    searchId,
    candidate: number,
    evidence,
  }: {
    requestId: string;
    searchId: string;
    candidate: number;
    evidence: string;
  }): Promise<void> => {
    const request = await getRequest(deps, requestId);
    const candidate = await findCandidate(deps.db, { searchId, number });
    if (candidate === undefined) return;
    const entry = { itemKey: itemKey(request.item), releaseKey: releaseKey(candidate) };
    await blockRelease(deps.db, { ...entry, reason: 'release_fault', evidence, source: 'download' });
  },

  recordAvailable: async (found: { requestId: string; libraryItemId: string }): Promise<void> => {
    await linkLibraryItem(deps.db, found);
  },

  /** The library has its own copy or link by now, or nobody wants it: the client gives it back. */
  finishDownload: async (
    { downloadId, requestId, cancelled }: { downloadId: string; requestId: string; cancelled: boolean },
    step: StepContext,
  ): Promise<void> => {
    await finishDownload(deps, downloadId, step);
    if (!cancelled) await giveBackOthers(deps, { requestId, downloadId }, step);
  },

  abandonRequest: async ({ requestId }: { requestId: string }): Promise<void> => {
    await recordRequestState(deps.db, { requestId, state: 'cancelled', actor: 'longplay', detail: null });
  },
}));

export type RequestSteps = StepsOf<typeof steps>;

async function getRequest({ db }: ActivityDeps, requestId: string): Promise<RequestRow> {
  const request = await findRequest(db, requestId);
  if (request !== undefined) return request;
  throw new Fault('gone', `There is no request "${requestId}"`);
}
