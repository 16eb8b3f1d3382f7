import { call } from './api.js';
import { button, element } from './dom.js';
import type { Job } from './jobs.js';
import { renderRequest, type RequestDetail } from './request-detail.js';
import { table, time } from './table.js';

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
  // What the page says outside of it lies behind the dialog.
  const refusal = element('p', { role: 'alert', class: 'refusal', hidden: '' });
  const tell = (error: unknown): void => {
    refusal.textContent = error instanceof Error ? error.message : String(error);
    refusal.hidden = false;
  };
  const done = (): void => {
    dialog.close();
  };
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
    refusal,
    ...(request === undefined ? [] : renderRequest(request, { done, tell })),
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
