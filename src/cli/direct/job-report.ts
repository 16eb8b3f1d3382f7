import type { StepFailure } from '../../domain/jobs/job-input.js';
import { addSample, estimate, fraction, type ProgressSample } from '../../domain/jobs/progress.js';
import { sentenceOf } from '../../domain/jobs/sentence.js';
import { isTerminal, type JobStatus, type TerminalStatus } from '../../domain/jobs/status.js';
import type { WaitingReason } from '../../domain/jobs/waiting.js';
import type { LogLevel } from '../../store/logs.js';
import type { Job, Log } from '../answers.js';

/** Who shows what goes on: the views of `job watch`, and a place for log lines. */
export interface Listener {
  change: (job: Job, depth: number) => void;
  log: (line: Log) => void;
}

interface About {
  id: string;
  type: string;
  title: string;
  params: unknown;
  priority: number;
  /** Each step's share of the progress. */
  weights: Record<string, number>;
  parent?: JobReport;
}

interface Wait {
  reason: WaitingReason;
  detail: string;
  /** Milliseconds; null: without end. */
  waitMs: number | null;
}

/** As a worker's name in the job's sentence. */
const HERE = 'this machine';
const SHOW_EACH_MS = 250;

/** One job's state in this process, told as the API would tell it (jobs.md §2). */
export class JobReport {
  readonly id: string;
  readonly #about: About;
  readonly #listener: Listener;
  readonly #depth: number;
  readonly #createdAt = new Date().toISOString();
  readonly #running = new Map<string, { step: string; tries: number }>();
  readonly #waits = new Map<string, Wait & { until: string | null }>();
  readonly #done = new Map<string, number>();
  readonly #children: JobReport[] = [];
  #window: ProgressSample[] = [];
  #etaMs: number | null = null;
  #progress = 0;
  #shown = { at: 0, progress: 0 };
  #end: { status: TerminalStatus; result: unknown; error: StepFailure | null; at: string } | undefined;
  #logs = 0;

  constructor(about: About, listener: Listener) {
    this.id = about.id;
    this.#about = about;
    this.#listener = listener;
    this.#depth = about.parent === undefined ? 0 : about.parent.#depth + 1;
    if (about.parent !== undefined) about.parent.#children.push(this);
    this.#show();
  }

  begins(key: string, step: { step: string; tries: number }): void {
    this.#running.set(key, step);
    this.#window = [];
    this.#etaMs = null;
    this.#show();
  }

  /** Not shown by itself: what comes next is. */
  stops(key: string): void {
    this.#running.delete(key);
  }

  finished(step: string): void {
    this.#reach(step, 1);
  }

  /** Cheap; shown at each per cent, or each quarter of a second. */
  progress(step: string, update: { done: number; total: number | null }): void {
    const atMs = performance.now();
    this.#window = addSample(this.#window, { atMs, done: update.done });
    this.#etaMs = estimate(this.#window, update.total).etaMs;
    this.#reach(step, fraction(update.done, update.total));
    if (this.#progress - this.#shown.progress >= 0.01 || atMs - this.#shown.at >= SHOW_EACH_MS) this.#show();
  }

  waits(key: string, wait: Wait): void {
    const until = wait.waitMs === null ? null : new Date(Date.now() + wait.waitMs).toISOString();
    this.#waits.set(key, { ...wait, until });
    this.#show();
  }

  goesOn(key: string): void {
    this.#waits.delete(key);
  }

  ends(end: { status: TerminalStatus; result?: unknown; error?: StepFailure }): void {
    this.#running.clear();
    this.#waits.clear();
    const { status, result = null, error = null } = end;
    this.#end = { status, result, error, at: new Date().toISOString() };
    this.#show();
  }

  log(level: LogLevel, context: string, message: string, metadata?: object): void {
    this.#logs += 1;
    const time = new Date().toISOString();
    this.#listener.log({ id: this.#logs, time, level, context, message, metadata: metadata ?? null });
  }

  /** The job as the API has it, as far as there is such a thing without a server. */
  answer(): Job {
    const { type, title, params, priority, parent } = this.#about;
    const [running] = this.#running.values();
    return {
      id: this.id,
      type,
      title,
      status: this.#status(),
      requested: null,
      sentence: this.#sentence(),
      step: running?.step ?? null,
      worker: running === undefined ? null : HERE,
      queue: null,
      queuePosition: null,
      tries: running?.tries ?? 0,
      progress: this.#progress,
      etaMs: this.#etaMs,
      priority,
      round: 1,
      params,
      parentId: parent?.id ?? null,
      children: this.#children.map((child) => ({
        id: child.id,
        type: child.#about.type,
        status: child.#status(),
      })),
      result: this.#end?.result ?? null,
      error: this.#end?.error == null ? null : { ...this.#end.error },
      createdBy: '--direct',
      createdAt: this.#createdAt,
      startedAt: this.#createdAt,
      endedAt: this.#end?.at ?? null,
    };
  }

  #status(): JobStatus {
    if (this.#end !== undefined) return this.#end.status;
    const works = this.#running.size > 0 || this.#children.some((child) => child.#status() === 'running');
    return works ? 'running' : 'queued';
  }

  #sentence(): string {
    const [running] = this.#running.values();
    const [waiting] = this.#waits.values();
    return sentenceOf({
      status: this.#status(),
      round: 1,
      startError: null,
      pausedBy: null,
      running: running === undefined ? null : { ...running, worker: HERE },
      waiting: waiting === undefined ? null : { ...waiting, queue: null, position: null },
      nextAttemptAt: waiting?.until ?? null,
      children: this.#children.map((child) => ({ title: child.#about.title, status: child.#status() })),
      external: null,
      partial: null,
      error: this.#end?.error ?? null,
    });
  }

  /** The weighted sum, as derive_progress() has it; never goes down. */
  #reach(name: string, reached: number): void {
    this.#done.set(name, Math.max(this.#done.get(name) ?? 0, reached));
    const weights = Object.entries(this.#about.weights);
    const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
    const done = weights.reduce((sum, [step, weight]) => sum + weight * (this.#done.get(step) ?? 0), 0);
    this.#progress = Math.max(this.#progress, all === 0 ? 0 : Math.min(1, done / all));
  }

  #show(): void {
    if (this.#end?.status === 'completed') this.#progress = 1;
    this.#shown = { at: performance.now(), progress: this.#progress };
    this.#listener.change(this.answer(), this.#depth);
    const { parent, type } = this.#about;
    if (parent === undefined || isTerminal(parent.#status())) return;
    parent.#reach(type, this.#progress);
    parent.#show();
  }
}
