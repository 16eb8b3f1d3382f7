import { formatBytes, formatDuration } from './amounts.js';
import type { StepFailure } from './job-input.js';
import type { ProgressDetail } from './progress.js';
import { isTerminal, type JobStatus } from './status.js';
import type { WaitingReason } from './waiting.js';

export interface SentenceFacts {
  status: JobStatus;
  round: number;
  startError: string | null;
  pausedBy: string | null;
  running: { step: string; worker: string; tries: number } | null;
  waiting: {
    reason: WaitingReason;
    detail: string | null;
    queue: string | null;
    position: number | null;
  } | null;
  /** ISO 8601, when the next try or look is due. */
  nextAttemptAt: string | null;
  children: { title: string; status: JobStatus }[];
  /** What an active external item tells. */
  external: ProgressDetail | null;
  partial: string | null;
  error: StepFailure | null;
}

/** A job's state in one sentence, the same on every surface (jobs.md §2). */
export function sentenceOf(facts: SentenceFacts): string {
  switch (facts.status) {
    case 'pending':
      return facts.startError === null
        ? 'is about to start'
        : 'waits for the Temporal server, which does not answer; it starts by itself when it is back';
    case 'queued':
      return queuedSentence(facts);
    case 'running':
      return runningSentence(facts);
    case 'paused':
      return `is paused${facts.pausedBy === null ? '' : ` by ${facts.pausedBy}`}; resume lets it go on from where it stopped`;
    case 'completed':
      return facts.partial === null ? 'is done' : `is done, but not all of it: ${facts.partial}`;
    case 'failed':
      return failedSentence(facts.error);
    case 'cancelled':
      return facts.error === null ? 'was cancelled' : `was ended: ${facts.error.message}`;
  }
}

function runningSentence({ running, external, children }: SentenceFacts): string {
  if (running !== null) {
    const tries = running.tries > 0 ? `, try ${running.tries + 1}` : '';
    return `runs ${words(running.step)} on ${running.worker}${tries}`;
  }
  if (external !== null) return externalSentence(external);
  const child = children.find(({ status }) => status === 'running');
  return child === undefined ? 'is running' : `works on: ${child.title}`;
}

/** "downloads 3.1 MB of 5 MB, 1.2 MB/s, about 2 s left"; what is no download: "is at 3 of 5 seconds, about 2 s left". */
function externalSentence({ done, total, unit, ratePerSecond, etaMs }: ProgressDetail): string {
  const of = total === null ? '' : ` of ${formatBytes(total)}`;
  const rate = ratePerSecond === null ? '' : `, ${formatBytes(ratePerSecond)}/s`;
  const left = etaMs === null ? '' : `, about ${formatDuration(etaMs)} left`;
  if (unit !== 'bytes') return `is at ${done}${total === null ? '' : ` of ${total}`} ${unit}${left}`;
  return `downloads ${formatBytes(done)}${of}${rate}${left}`;
}

function queuedSentence(facts: SentenceFacts): string {
  const { waiting, children } = facts;
  const child = children.find(({ status }) => !isTerminal(status));
  if (waiting === null) return child === undefined ? 'is about to run' : `waits for: ${child.title}`;
  const place = waiting.position === null || waiting.position <= 1 ? '' : `; ${waiting.position - 1} ahead`;
  const next = facts.nextAttemptAt === null ? '' : `; next at ${readableTime(facts.nextAttemptAt)}`;
  const detail = waiting.detail === null ? '' : ` (${waiting.detail})`;
  return `waits ${REASONS[waiting.reason]}${detail}${place}${next}`;
}

/** "2026-03-01T12:30:00.000Z" → "2026-03-01 12:30 UTC". */
function readableTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

function failedSentence(error: StepFailure | null): string {
  if (error === null) return 'failed';
  return `failed: ${error.message}${error.remedy === undefined ? '' : `${fullStop(error.message)} ${error.remedy}`}`;
}

function fullStop(sentence: string): string {
  return /[.!?]$/.test(sentence) ? '' : '.';
}

/** "planImport" and "plan_import" → "plan import". */
function words(name: string): string {
  return name
    .replaceAll(/(?<=.)([A-Z])/g, ' $1')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/** What follows "waits". */
export function reasonInWords(reason: WaitingReason): string {
  return REASONS[reason];
}

const REASONS: Record<WaitingReason, string> = {
  temporal_unavailable: 'for the Temporal server',
  paused_in_temporal: 'because it was paused in Temporal itself',
  workflow_stuck: 'because its workflow cannot go on; see the health findings',
  no_worker: 'for a worker: none that serves its queue is alive',
  slots_busy: 'for a free slot',
  limit_busy: 'because as many of its kind as allowed are running',
  vram_busy: 'for the GPU: its memory is taken',
  encoder_sessions: 'for the GPU: its encoder sessions are taken',
  queue_paused: 'because its queue is paused',
  retry_backoff: 'before it tries again',
  disk_full: 'because the disk is full; it goes on when there is room',
  mount_gone: 'because a folder is not mounted',
  source_busy: 'because its source is still changing',
  child: 'for a part of it',
  indexer_backoff: 'before it asks an indexer again',
  next_search: 'before it searches again',
  delay_profile: 'for a better release',
  release_date: 'for the release date',
  approval: 'for approval',
  download_stalled: 'because the download stalled',
  client_unreachable: 'for the download client, which does not answer',
  client_queue: 'for its turn in the download client',
  paused_in_client: 'because somebody paused it in the download client; resume it there',
  client_trouble: 'for the download client, which is in trouble; it tries again by itself',
  library_unreachable: 'for the library, which does not answer',
  library_confirm: 'for the library to show the files',
  library_scan: 'for its turn to scan the library',
  provider_limit: 'because a provider limits it',
  decision_needed: 'for a decision',
  human_task: 'for a person',
  quiet_hours: 'because it is quiet time',
};
