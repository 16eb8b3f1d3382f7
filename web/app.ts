import { call, Problem, setCsrfToken } from './api.js';
import { listenToAsk } from './ask.js';
import { showJob } from './detail.js';
import { byId, keepingFocus } from './dom.js';
import { followFindings } from './findings.js';
import { followHouse } from './house.js';
import { renderJobs, type Job } from './jobs.js';
import { drawRequests, type AskedFor } from './requests.js';

interface Session {
  name: string;
  role: string;
  csrfToken: string | null;
}

const jobs = new Map<string, Job>();
const connection = byId('connection', HTMLElement);
const notice = byId('notice', HTMLElement);
let temporalUrl: string | undefined;
let drawing = false;

function tell(error: unknown): void {
  if (error instanceof Problem && error.status === 401) {
    location.assign('/login');
    return;
  }
  notice.textContent = error instanceof Error ? error.message : String(error);
  notice.hidden = false;
}

function open(job: Job): void {
  notice.hidden = true;
  showJob(byId('detail', HTMLDialogElement), job, temporalUrl).catch(tell);
}

/** Many events of one moment are drawn once. */
function draw(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const actions = {
      steer: (job: Job, action: string) => {
        notice.hidden = true;
        call<Job>('POST', `/api/jobs/${job.id}/${action}`).then(update, tell);
      },
      open,
    };
    const list = byId('jobs', HTMLElement);
    keepingFocus(list, () => {
      list.replaceChildren(renderJobs(jobs.values(), actions));
    });
  });
}

function update(job: Job): void {
  jobs.set(job.id, job);
  draw();
  if (job.type === 'request') refreshRequests();
}

let refreshing: ReturnType<typeof setTimeout> | undefined;

function refreshRequests(): void {
  refreshing ??= setTimeout(() => {
    refreshing = undefined;
    call<{ requests: AskedFor[] }>('GET', '/api/requests?limit=20').then(({ requests }) => {
      drawRequests(requests, { open, tell, decided: refreshRequests });
    }, tell);
  }, 300);
}

let stream: EventSource | undefined;
const RETRY_MS = 2_000;

/** The browser connects again by itself and goes on from the last event; after a refusal it does not. */
function follow(statuses: string): void {
  stream?.close();
  jobs.clear();
  const query = statuses === '' ? '' : `&status=${statuses}`;
  const opened = new EventSource(`/api/events?limit=100${query}`);
  stream = opened;
  opened.addEventListener('open', () => {
    connection.textContent = 'live';
    notice.hidden = true;
    refreshRequests();
  });
  opened.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
    jobs.clear();
    for (const job of (JSON.parse(data) as { jobs: Job[] }).jobs) jobs.set(job.id, job);
    draw();
  });
  opened.addEventListener('job', ({ data }: MessageEvent<string>) => {
    update(JSON.parse(data) as Job);
  });
  opened.addEventListener('left', ({ data }: MessageEvent<string>) => {
    jobs.delete((JSON.parse(data) as { id: string }).id);
    draw();
  });
  opened.addEventListener('error', () => {
    connection.textContent = 'Longplay does not answer; trying again …';
    if (opened.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      if (stream === opened) comeBack(statuses);
    }, RETRY_MS);
  });
}

/** A log-in that is over leads to the log-in page; all else may pass. */
function comeBack(statuses: string): void {
  call<Session>('GET', '/api/session').then(
    ({ csrfToken }) => {
      setCsrfToken(csrfToken);
      follow(statuses);
    },
    (error: unknown) => {
      if (error instanceof Problem && error.status === 401) tell(error);
      else follow(statuses);
    },
  );
}

function listenToForms(): void {
  listenToAsk({ taken: refreshRequests, failed: tell });
  const filter = byId('filter', HTMLSelectElement);
  filter.addEventListener('change', () => {
    follow(filter.value);
  });
}

async function begin(): Promise<void> {
  const { csrfToken, role } = await call<Session>('GET', '/api/session');
  setCsrfToken(csrfToken);
  // The style sheet leaves out what a viewer may not do; the API refuses it anyway.
  document.body.dataset['role'] = role;
  const about = await call<{ temporalUiUrl: string | null }>('GET', '/api/about');
  temporalUrl = about.temporalUiUrl ?? undefined;
  const link = byId('temporal', HTMLAnchorElement);
  link.hidden = temporalUrl === undefined;
  if (temporalUrl !== undefined) link.href = temporalUrl;
  listenToForms();
  followFindings(tell);
  followHouse(tell);
  follow('');
}

begin().catch(tell);
