import { button, element } from './dom.js';

/** What the page uses of a job (docs/openapi.json has all of it). */
export interface Job {
  id: string;
  type: string;
  title: string;
  status: 'pending' | 'queued' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';
  requested: string | null;
  sentence: string;
  progress: number;
  etaMs: number | null;
  parentId: string | null;
  createdAt: string;
}

const ENDED = new Set(['completed', 'failed', 'cancelled']);

export interface JobActions {
  steer: (job: Job, action: string) => void;
  open: (job: Job) => void;
}

/** Parents newest first, each with its children below it in their order. */
export function renderJobs(jobs: Iterable<Job>, actions: JobActions): HTMLElement {
  const all = [...jobs].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  if (all.length === 0) {
    return element(
      'p',
      { class: 'empty' },
      'No jobs yet. Ask for an audiobook above, or start one with “longplay job create”.',
    );
  }
  const known = new Set(all.map(({ id }) => id));
  const tops = all.filter(({ parentId }) => parentId === null || !known.has(parentId));
  const list = element('ul', { class: 'list' });
  for (const top of tops) {
    list.append(renderJob(top, actions, false));
    const children = all.filter(({ parentId }) => parentId === top.id).reverse();
    for (const child of children) list.append(renderJob(child, actions, true));
  }
  return list;
}

function renderJob(job: Job, actions: JobActions, isChild: boolean): HTMLElement {
  const row = element(
    'div',
    { class: 'row' },
    element('span', { class: `status ${job.status}` }, job.status),
    element('span', { class: 'title' }, job.title),
    element('span', { class: 'faint' }, job.requested === null ? etaOf(job) : `requested: ${job.requested}`),
    renderActions(job, actions),
  );
  const card = element('li', { class: isChild ? 'card child' : 'card' }, row);
  card.append(element('div', { class: 'sentence' }, job.sentence));
  if (!ENDED.has(job.status)) {
    const label = `${Math.floor(job.progress * 100)} %`;
    card.append(
      element('progress', { max: '1', value: String(job.progress), 'aria-label': `${job.title}: ${label}` }),
    );
  }
  return card;
}

function etaOf({ etaMs, progress, status }: Job): string {
  if (ENDED.has(status)) return '';
  const percent = `${Math.floor(progress * 100)} %`;
  return etaMs === null ? percent : `${percent}, about ${Math.ceil(etaMs / 1000)} s left`;
}

function renderActions(job: Job, { steer, open }: JobActions): HTMLElement {
  const wishes = ENDED.has(job.status)
    ? job.status === 'completed'
      ? []
      : ['retry']
    : [job.status === 'paused' ? 'resume' : 'pause', 'cancel'];
  // Pause becomes resume in the same place.
  const buttons = wishes.map((wish) =>
    button(
      wish,
      () => {
        steer(job, wish);
      },
      `${job.id} ${wish === 'resume' ? 'pause' : wish}`,
    ),
  );
  return element(
    'span',
    { class: 'actions' },
    buttons.length === 0 ? undefined : element('span', { class: 'steer actions' }, ...buttons),
    button(
      'details',
      () => {
        open(job);
      },
      `${job.id} details`,
    ),
  );
}
