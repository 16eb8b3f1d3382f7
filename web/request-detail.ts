import { call } from './api.js';
import { button, element } from './dom.js';
import { table, time } from './table.js';

export interface Candidate {
  number: number;
  title: string;
  indexerId: string;
  rank: number | null;
  seeders: number | null;
  sizeBytes: number;
  evaluation: { why?: string };
}

interface Search {
  id: string;
  conclusion: string;
  detail: string | null;
  createdAt: string;
  candidates: Candidate[];
}

export interface RequestDetail {
  id: string;
  state: string;
  timeline: { time: string; state: string; actor: string; detail: string | null }[];
  searches: Search[];
  importedFiles: { path: string; sizeBytes: number; mode: string }[];
  importConfidence: { percent: number; why: string } | null;
}

/** Nothing can be taken for one that has ended; a retry of its job begins anew. */
const ENDED: readonly string[] = ['available', 'cancelled', 'denied', 'failed'];
const MEBIBYTE = 1_048_576;
/** The rest is in the API and on the command line. */
const MOST_SHOWN = 50;

/** The way so far, every search with its releases and reasons, and what was filed. */
export function renderRequest(
  { id, state, timeline, searches, importedFiles, importConfidence: confidence }: RequestDetail,
  { done, tell }: { done: () => void; tell: (error: unknown) => void },
): HTMLElement[] {
  const choices: Choices = {
    isOpen: !ENDED.includes(state),
    decide: (path, body) => {
      call('POST', `/api/requests/${id}/${path}`, body).then(done, tell);
    },
  };
  return [
    element('h2', {}, 'The way so far'),
    table(
      ['time', 'state', 'by', ''],
      timeline.map((entry) => [time(entry.time), entry.state, entry.actor, entry.detail ?? '']),
    ),
    ...[...searches].reverse().flatMap((search) => renderSearch(search, choices)),
    element('h2', {}, 'Files in the library'),
    ...(confidence === null
      ? []
      : [element('p', { class: 'sentence' }, `${confidence.percent} % sure: ${confidence.why}`)]),
    table(
      ['file', 'bytes', 'how'],
      importedFiles.map((file) => [file.path, String(file.sizeBytes), file.mode]),
    ),
  ];
}

function sizeOf({ sizeBytes }: Candidate): string {
  const mebibytes = sizeBytes / MEBIBYTE;
  return `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB`;
}

interface Choices {
  isOpen: boolean;
  decide: (path: string, body: object) => void;
}

function renderSearch(search: Search, choices: Choices): HTMLElement[] {
  const rows = search.candidates
    .slice(0, MOST_SHOWN)
    .map((one) => [
      one.rank === null ? '–' : String(one.rank),
      one.title,
      one.indexerId,
      sizeOf(one),
      String(one.seeders ?? '?'),
      one.evaluation.why ?? '',
      renderChoices(search, one, choices),
    ]);
  const left = search.candidates.length - rows.length;
  return [
    element('h2', {}, `Search of ${time(search.createdAt)}: releases, and why`),
    element('p', { class: 'sentence' }, search.detail ?? search.conclusion.replaceAll('_', ' ')),
    table(['rank', 'release', 'indexer', 'size', 'seeders', 'why', ''], rows),
    ...(left > 0 ? [element('p', { class: 'faint' }, `${left} more were refused.`)] : []),
  ];
}

function renderChoices(
  { id: searchId }: Search,
  { number }: Candidate,
  { isOpen, decide }: Choices,
): HTMLElement {
  const take = button('take', () => {
    decide('select-release', { searchId, candidate: number });
  });
  return element(
    'span',
    { class: 'steer actions' },
    isOpen ? take : undefined,
    button('block', () => {
      decide('block', { searchId, candidate: number, evidence: 'blocked on the page' });
    }),
  );
}
