import { call } from './api.js';
import { byId, button, element, keepingFocus } from './dom.js';
import type { Job } from './jobs.js';

/** What the board uses of a request (docs/openapi.json has all of it). */
export interface AskedFor {
  id: string;
  state: string | null;
  stateDetail: string | null;
  createdBy: string;
  job: Job;
}

interface Decision {
  label: string;
  path: string;
  body?: object;
}

const AGAIN: Decision = { label: 'search again', path: 'retry-stage' };
const SKIP: Decision = { label: 'skip', path: 'skip-candidate' };

/** What a person may decide in each state; the API says no where it has changed meanwhile. */
const DECISIONS: Record<string, readonly Decision[]> = {
  awaiting_approval: [
    { label: 'approve', path: 'approve' },
    { label: 'deny', path: 'deny' },
  ],
  awaiting_release: [AGAIN],
  awaiting_search: [AGAIN],
  downloading: [SKIP],
  awaiting_import: [{ label: 'import again', path: 'retry-stage' }, SKIP],
  needs_decision: [
    { label: 'accept', path: 'decide-import', body: { action: 'accept' } },
    { label: 'reject', path: 'decide-import', body: { action: 'reject' } },
    SKIP,
  ],
  warn: [AGAIN],
};

export interface BoardActions {
  open: (job: Job) => void;
  tell: (error: unknown) => void;
  /** Something was decided: the board is read anew. */
  decided: () => void;
}

/** The newest requests, each with what may be decided now. */
export function drawRequests(requests: readonly AskedFor[], actions: BoardActions): void {
  const board = byId('requests', HTMLElement);
  keepingFocus(board, () => {
    if (requests.length === 0) {
      board.replaceChildren(element('p', { class: 'empty' }, 'Nobody has asked for anything yet.'));
      return;
    }
    const cards = requests.map((request) => renderCard(request, actions));
    board.replaceChildren(element('ul', { class: 'list' }, ...cards));
  });
}

function renderCard({ id, state, stateDetail, job }: AskedFor, actions: BoardActions): HTMLElement {
  const shown = state ?? job.status;
  const decisions = (DECISIONS[shown] ?? []).map(({ label, path, body = {} }) =>
    button(
      label,
      () => {
        call('POST', `/api/requests/${id}/${path}`, body).then(actions.decided, actions.tell);
      },
      `${id} ${label}`,
    ),
  );
  return element(
    'li',
    { class: 'card' },
    element(
      'div',
      { class: 'row' },
      element('span', { class: `status ${shown}` }, shown.replaceAll('_', ' ')),
      element('span', { class: 'title' }, job.title),
      element(
        'span',
        { class: 'actions' },
        // An empty one would move the row's base line.
        decisions.length === 0 ? undefined : element('span', { class: 'steer actions' }, ...decisions),
        button(
          'details',
          () => {
            actions.open(job);
          },
          `${id} details`,
        ),
      ),
    ),
    element('div', { class: 'sentence' }, stateDetail ?? job.sentence),
  );
}
