import { Fault } from '../../domain/faults.js';
import type { StepArgs } from '../../domain/jobs/job-input.js';
import { NO_NEEDS, type LeaseNeeds } from '../../domain/jobs/leases.js';
import {
  addSample,
  estimate,
  fraction,
  type ProgressDetail,
  type ProgressSample,
} from '../../domain/jobs/progress.js';
import type { JobsDeps } from '../../jobs/deps.js';
import { appendLogs, type LogEntry, type LogLevel } from '../../store/logs.js';
import { passFence, saveCheckpoint, saveProgress } from '../../store/steps.js';
import { patiently } from './patience.js';
import type { Lease } from './room.js';
import type { StepContext } from './step.js';

const WRITE_EACH_MS = 1_000;

/**
 * The StepContext of one attempt: writes progress and logs behind the step's back, in batches. Its members
 * are bound, so that a step may hand one of them on.
 */
export class Attempt implements StepContext {
  readonly jobId: string;
  readonly attemptId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly checkpoint: unknown;
  readonly needs: LeaseNeeds;
  readonly useOnly: (needs: LeaseNeeds) => void;
  readonly #deps: Pick<JobsDeps, 'db' | 'log'>;
  readonly #step: string;
  readonly #stepId: number;
  readonly #onBeat: (details: unknown) => void;
  #window: ProgressSample[] = [];
  #latest: { fraction: number; detail: ProgressDetail } | undefined;
  #writtenAt = 0;
  #writtenFraction = 0;
  #logs: LogEntry[] = [];
  #seq = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    deps: Pick<JobsDeps, 'db' | 'log'>,
    about: {
      args: StepArgs;
      attemptId: string;
      opened: { stepId: number; number: number; checkpoint: unknown };
      signal: AbortSignal;
      lease: Pick<Lease, 'shrink'> | undefined;
      onBeat: (details: unknown) => void;
    },
  ) {
    this.jobId = about.args.jobId;
    this.attemptId = about.attemptId;
    this.attempt = about.opened.number;
    this.signal = about.signal;
    this.checkpoint = about.opened.checkpoint;
    this.needs = about.args.needs ?? NO_NEEDS;
    this.useOnly = (needs) => about.lease?.shrink(needs);
    this.#deps = deps;
    this.#step = about.args.step;
    this.#stepId = about.opened.stepId;
    this.#onBeat = about.onBeat;
  }

  readonly saveCheckpoint = async (checkpoint: unknown): Promise<void> => {
    const { stepId, attemptId } = this.#ids();
    await patiently(this.signal, () => saveCheckpoint(this.#deps.db, { stepId, attemptId, checkpoint }));
  };

  readonly progress = (update: {
    done: number;
    total: number | null;
    unit: ProgressDetail['unit'];
  }): void => {
    const atMs = performance.now();
    this.#window = addSample(this.#window, { atMs, done: update.done });
    const detail = { step: this.#step, ...update, ...estimate(this.#window, update.total) };
    this.#latest = { fraction: fraction(update.done, update.total), detail };
    this.#onBeat({ done: update.done, total: update.total, unit: update.unit });
    const moved = this.#latest.fraction - this.#writtenFraction >= 0.01;
    if (atMs - this.#writtenAt >= WRITE_EACH_MS || (moved && atMs - this.#writtenAt >= WRITE_EACH_MS / 4)) {
      this.#write();
    }
  };

  readonly fence = async (): Promise<void> => {
    const passed = await patiently(this.signal, () => passFence(this.#deps.db, this.#ids()));
    if (!passed) throw new Fault('superseded', 'Another attempt owns this step now');
  };

  readonly log = (level: LogLevel, message: string, metadata?: object): void => {
    this.#seq += 1;
    this.#logs.push({
      jobId: this.jobId,
      attemptId: this.attemptId,
      seq: this.#seq,
      time: new Date(),
      level,
      context: this.#step,
      message,
      metadata: metadata ?? null,
    });
    if (performance.now() - this.#writtenAt >= WRITE_EACH_MS) this.#write();
  };

  /** Writes what is still in memory; never fails the step for a log line or a percentage. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  #ids(): { stepId: number; attemptId: string } {
    return { stepId: this.#stepId, attemptId: this.attemptId };
  }

  #write(): void {
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(() => this.#writeNow());
  }

  async #writeNow(): Promise<void> {
    const logs = this.#logs;
    const latest = this.#latest;
    this.#logs = [];
    this.#latest = undefined;
    try {
      await appendLogs(this.#deps.db, logs);
      if (latest === undefined) return;
      this.#writtenFraction = latest.fraction;
      await saveProgress(this.#deps.db, {
        jobId: this.jobId,
        ...this.#ids(),
        progress: latest.fraction,
        detail: latest.detail,
      });
    } catch (error) {
      this.#logs = [...logs, ...this.#logs].slice(-1_000);
      this.#deps.log.warn({ jobId: this.jobId, err: error }, 'progress could not be written');
    }
  }
}
