import { call } from './api.js';
import { button, element } from './dom.js';
import type { Job } from './jobs.js';

interface LogLine {
  time: string;
  level: string;
  context: string;
  message: string;
}

interface Attempt {
  step: string;
  number: number;
  worker: string;
  startedAt: string;
  outcome: string | null;
}

export interface Candidate {
  title: string;
  rank: number | null;
  seeders: number | null;
  sizeBytes: number;
  evaluation: { why: string };
}

export interface RequestDetail {
  timeline: { time: string; state: string; detail: string | null }[];
  searches: { detail: string | null; candidates: Candidate[] }[];
  importedFiles: { path: string; sizeBytes: number; mode: string }[];
}

/** A job's attempts and log; for a request also its way and why which release. */
export async function showJob(
  dialog: HTMLDialogElement,
  job: Job,
  temporalUrl: string | undefined,
): Promise<void> {
  const [{ logs }, { attempts }, request] = await Promise.all([
    call<{ logs: LogLine[] }>('GET', `/api/jobs/${job.id}/logs?limit=200`),
    call<{ attempts: Attempt[] }>('GET', `/api/jobs/${job.id}/attempts`),
    job.type === 'request' ? call<RequestDetail>('GET', `/api/requests/${job.id}`) : undefined,
  ]);
  const close = button('close', () => {
    dialog.close();
  });
  const link =
    temporalUrl === undefined
      ? undefined
      : element(
          'a',
          { href: `${temporalUrl}/workflows/${job.id}`, target: '_blank', rel: 'noreferrer' },
          'in Temporal',
        );
  dialog.replaceChildren(
    element(
      'div',
      { class: 'row' },
      element('h2', { id: 'detail-title' }, job.title),
      element('span', { class: 'actions' }, link, close),
    ),
    element('p', { class: 'sentence' }, `${job.id} ${job.sentence}`),
    ...(request === undefined ? [] : renderRequest(request)),
    element('h2', {}, 'Attempts'),
    table(
      ['step', 'attempt', 'worker', 'started', 'outcome'],
      attempts.map((attempt) => [
        attempt.step,
        String(attempt.number),
        attempt.worker,
        time(attempt.startedAt),
        attempt.outcome ?? 'runs',
      ]),
    ),
    element('h2', {}, 'Log'),
    table(
      ['time', 'step', 'message'],
      logs.map((line) => [time(line.time), line.context, line.message]),
    ),
  );
  dialog.showModal();
}

function renderRequest({ timeline, searches, importedFiles }: RequestDetail): HTMLElement[] {
  const candidates = searches.flatMap((search) => search.candidates);
  return [
    element('h2', {}, 'The way so far'),
    table(
      ['time', 'state', ''],
      timeline.map((entry) => [time(entry.time), entry.state, entry.detail ?? '']),
    ),
    element('h2', {}, 'Releases, and why'),
    table(
      ['rank', 'release', 'seeders', 'why'],
      candidates.map((one) => [
        one.rank === null ? '–' : String(one.rank),
        one.title,
        String(one.seeders ?? '?'),
        one.evaluation.why,
      ]),
    ),
    element('h2', {}, 'Files in the library'),
    table(
      ['file', 'bytes', 'how'],
      importedFiles.map((file) => [file.path, String(file.sizeBytes), file.mode]),
    ),
  ];
}

function table(heads: string[], rows: string[][]): HTMLElement {
  if (rows.length === 0) return element('p', { class: 'faint' }, 'Nothing yet.');
  const made = element('table', {}, element('tr', {}, ...heads.map((head) => element('th', {}, head))));
  for (const row of rows) made.append(element('tr', {}, ...row.map((cell) => element('td', {}, cell))));
  return made;
}

function time(iso: string): string {
  return new Date(iso).toLocaleTimeString();
}
