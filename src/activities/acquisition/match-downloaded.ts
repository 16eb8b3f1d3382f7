import { fromLogical } from '../../domain/acquisition/library-paths.js';
import { makeWish } from '../../jobs/wish.js';
import { filedFolder } from '../../store/acquisition/imports.js';
import {
  linkLibraryItem,
  recordRequestState,
  requestsIn,
  type RequestRow,
} from '../../store/acquisition/requests.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import { findJob } from '../../store/jobs.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { likenessIn, matchInLibrary } from './match-item.js';

/**
 * Looks for what was filed and not seen yet (acquisition.md §1.3). An open request is told to look for itself, at
 * once: it decides. One whose job has ended, since its item was gone for a while, is available again.
 */
export async function matchDownloaded(
  deps: ActivityDeps,
  { library, step }: { library: LibraryRow; step: StepContext },
): Promise<number> {
  let found = 0;
  const likeness = likenessIn(deps, library);
  for (const request of await requestsIn(deps.db, { libraryId: library.id, state: 'downloaded' })) {
    if (step.signal.aborted) throw step.signal.reason;
    const match = await matchInLibrary(deps, {
      library,
      likeness,
      item: request.item,
      requestId: request.id,
      writtenPath: await writtenPath(deps, library, request),
    });
    if (match.verdict !== 'matched') continue;
    found += 1;
    await tell(deps, request, match.libraryItemId);
  }
  return found;
}

async function writtenPath(
  { db }: ActivityDeps,
  library: LibraryRow,
  { id }: RequestRow,
): Promise<string | undefined> {
  const folder = await filedFolder(db, id);
  return folder === undefined ? undefined : fromLogical(library, folder);
}

async function tell(deps: ActivityDeps, request: RequestRow, libraryItemId: string): Promise<void> {
  const job = await findJob(deps.db, request.jobId);
  if (job?.outcomeStatus === null) {
    if (job.waitReason !== 'library_confirm') return;
    await makeWish(deps, { jobId: job.id, kind: 'retryNow', madeBy: 'library' });
    return;
  }
  const requestId = request.id;
  await linkLibraryItem(deps.db, { requestId, libraryItemId });
  const detail = 'the library has it again';
  await recordRequestState(deps.db, { requestId, state: 'available', actor: 'longplay', detail });
}
