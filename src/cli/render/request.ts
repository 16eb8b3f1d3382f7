import type { Candidate, Request, RequestDetail, Search } from '../request-answers.js';
import { titleOf } from '../../domain/acquisition/item-title.js';
import { formatBytes, formatDuration, formatPercent } from '../../domain/jobs/amounts.js';
import { stateOf } from './job.js';
import { formatPairs, formatTable } from './table.js';

export function requestTable(requests: Request[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'STATE' },
      { title: 'DONE', align: 'right' },
      { title: 'ITEM' },
      { title: 'JOB' },
    ],
    rows: requests.map((request) => [
      request.id,
      request.state,
      formatPercent(request.job.progress),
      itemOf(request),
      stateOf(request.job),
    ]),
  });
}

/** Everything that a person needs to see why the request stands where it stands. */
export function requestDetails(request: RequestDetail): string[] {
  return [
    `${itemOf(request)}: ${request.state}${request.stateDetail === null ? '' : `, ${request.stateDetail}`}`,
    '',
    ...formatPairs([
      ['id', request.id],
      ['job', request.job.id],
      ['', stateOf(request.job)],
      ['library', request.libraryId],
      ['asked for', `${request.createdAt} by ${request.createdBy}`],
      ['import', confidenceOf(request)],
    ]),
    ...section('Timeline', timelineLines(request)),
    ...request.searches.flatMap(searchLines),
    ...section('Downloads', downloadLines(request)),
    ...section(`Files in ${request.libraryItem?.path ?? ''}`, fileLines(request)),
  ];
}

function confidenceOf({ importConfidence }: RequestDetail): string | undefined {
  return importConfidence === null
    ? undefined
    : `${importConfidence.percent} % sure: ${importConfidence.why}`;
}

export function itemOf({ item }: Pick<Request, 'item'>): string {
  return titleOf(item);
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function timelineLines({ timeline }: RequestDetail): string[] {
  return timeline.map(
    ({ time, state, actor, detail }) => `${time}  ${state} (${actor})${detail === null ? '' : `: ${detail}`}`,
  );
}

function searchLines(search: Search): string[] {
  const asked = search.indexers.map(
    ({ indexerId, outcome, detail, releases, elapsedMs }) =>
      `${indexerId}: ${outcome}, ${releases} found, ${formatDuration(elapsedMs)}${detail === null ? '' : `, ${detail}`}`,
  );
  const told = search.detail === null ? search.conclusion : `${search.conclusion}: ${search.detail}`;
  return section(`Search ${search.occurrence}, ${search.createdAt}: ${told}`, [
    ...asked,
    ...search.candidates.flatMap(candidateLines),
  ]);
}

export function candidateLines(candidate: Candidate): string[] {
  const { rank, title, indexerId, sizeBytes, seeders, evaluation } = candidate;
  const facts = [formatBytes(sizeBytes), ...(seeders === null ? [] : [`${seeders} seeders`]), indexerId];
  return [
    `${rank === null ? ' ✗' : String(rank).padStart(2)} ${title} (${facts.join(', ')})`,
    ...(evaluation.why === undefined ? [] : [`     ${evaluation.why}`]),
  ];
}

function downloadLines({ downloads }: RequestDetail): string[] {
  return downloads.map(
    ({ releaseTitle, clientId, state, totalBytes, completedBytes }) =>
      `${releaseTitle}: ${state}, ${formatBytes(completedBytes)} of ${formatBytes(totalBytes)} (${clientId})`,
  );
}

function fileLines({ libraryItem }: RequestDetail): string[] {
  return (libraryItem?.files ?? []).map(({ path, sizeBytes, durationSeconds }) => {
    const length = durationSeconds == null ? '' : `, ${formatDuration(durationSeconds * 1_000)}`;
    return `${path} (${formatBytes(sizeBytes)}${length})`;
  });
}
