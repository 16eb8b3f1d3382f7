import type { JobView } from '../../jobs/view.js';
import { downloadsOfRequest, type DownloadRow } from '../../store/acquisition/downloads.js';
import { importConfidence, importedFiles } from '../../store/acquisition/imports.js';
import { findItemById } from '../../store/acquisition/library-items.js';
import type { BoardRow } from '../../store/acquisition/request-board.js';
import { requestersOf } from '../../store/acquisition/request-decisions.js';
import { timelineOf } from '../../store/acquisition/requests.js';
import {
  indexerResults,
  listCandidates,
  searchesOf,
  type CandidateRow,
  type IndexerResultRow,
  type SearchRow,
} from '../../store/acquisition/searches.js';
import type { Queryable } from '../../store/database.js';

export function viewRequest({ requestId, ...row }: BoardRow, job: JobView) {
  return { id: requestId ?? row.jobId, ...row, job };
}

/** Everything that explains a request; empty parts while its job has not begun. */
export async function detailOf(db: Queryable, { requestId, jobId, libraryItemId }: BoardRow) {
  const requesters = await requestersOf(db, jobId);
  if (requestId === null) {
    return {
      timeline: [],
      requesters,
      searches: [],
      downloads: [],
      libraryItem: null,
      importedFiles: [],
      importConfidence: null,
    };
  }
  const [timeline, searches, downloads, files, confidence] = await Promise.all([
    timelineOf(db, requestId),
    searchesOf(db, requestId),
    downloadsOfRequest(db, requestId),
    importedFiles(db, requestId),
    importConfidence(db, requestId),
  ]);
  return {
    timeline,
    requesters,
    searches: await Promise.all(searches.map((search) => viewSearch(db, search))),
    downloads: downloads.map(viewDownload),
    libraryItem: libraryItemId === null ? null : ((await findItemById(db, libraryItemId)) ?? null),
    importedFiles: files,
    importConfidence: confidence,
  };
}

async function viewSearch(db: Queryable, search: SearchRow) {
  const { id, jobId, occurrence, conclusion, detail, plan, createdAt } = search;
  const [indexers, candidates] = await Promise.all([
    indexerResults(db, { jobId, occurrence }),
    listCandidates(db, id),
  ]);
  return {
    id,
    occurrence,
    conclusion,
    detail,
    plan,
    createdAt,
    indexers: indexers.map(viewResult),
    candidates: candidates.map(viewCandidate),
  };
}

function viewResult({ indexerId, tier, outcome, detail, retryAt, releases, elapsedMs }: IndexerResultRow) {
  return { indexerId, tier, outcome, detail, retryAt, releases: releases.length, elapsedMs };
}

/** Without the sealed link: it may carry the indexer's key. */
function viewCandidate({
  searchId: _search,
  linkSealed: _link,
  release: _release,
  ...candidate
}: CandidateRow) {
  return candidate;
}

function viewDownload(row: DownloadRow) {
  const { id, jobId, clientId, infoHash, releaseTitle, indexerId, state, totalBytes, completedBytes } = row;
  const { protocol, bytesPerSecond, seeders, fault, createdAt, completedAt, removedAt } = row;
  return {
    ...{ id, jobId, clientId, infoHash, releaseTitle, indexerId, state, totalBytes, completedBytes },
    ...{ protocol, bytesPerSecond, seeders, fault, createdAt, completedAt, removedAt },
  };
}
