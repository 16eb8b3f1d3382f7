import { CancellationScope, condition, type ExternalWorkflowHandle } from '@temporalio/workflow';

import { PAUSED_BY_PARENT } from '../../domain/jobs/status.js';
import { fact } from './fact.js';

/** A child that our pause and resume reach; one that was paused on its own stays paused. */
export type OpenChild = Pick<ExternalWorkflowHandle, 'signal'>;

/** Who holds the job: somebody by its own pause, its parent, or both. */
export class PauseGate {
  readonly #jobId: string;
  readonly #round: number;
  readonly #running = new Set<CancellationScope>();
  readonly #children = new Set<OpenChild>();
  #own = false;
  #byParent = false;
  /** As the row has it, if that is known: one that both hold is shown with the person who paused it. */
  #told: Holder | null | undefined = null;
  #telling = false;
  #by = '';

  constructor(job: { jobId: string; round: number; paused: boolean; byParent: boolean }) {
    this.#jobId = job.jobId;
    this.#round = job.round;
    this.#own = job.paused && !job.byParent;
    this.#byParent = job.paused && job.byParent;
    if (job.paused) this.#told = job.byParent ? 'parent' : 'own';
  }

  get closed(): boolean {
    return this.#own || this.#byParent;
  }

  async set(change: { own?: boolean; byParent?: boolean; by: string }): Promise<void> {
    const wasClosed = this.closed;
    this.#own = change.own ?? this.#own;
    this.#byParent = change.byParent ?? this.#byParent;
    const turned = this.closed !== wasClosed;
    if (turned && this.closed) for (const scope of this.#running) scope.cancel();
    const reached = turned ? [...this.#children] : [];
    // In a signal's handler: a cancel that comes meanwhile must not surface here as the run's end.
    await CancellationScope.nonCancellable(() =>
      Promise.all([this.#tell(change.by), ...reached.map((child) => this.#reach(child))]),
    );
  }

  open(): Promise<void> {
    return condition(() => !this.closed);
  }

  /** Runs one activity so that a pause cancels just it; tells afterwards whether that happened. */
  async guard<Output>(
    work: () => Promise<Output>,
  ): Promise<{ cut: boolean; outcome: PromiseSettledResult<Output> }> {
    const scope = new CancellationScope();
    this.#running.add(scope);
    let cut = false;
    scope.cancelRequested.catch(() => {
      cut = true;
    });
    try {
      const [outcome] = await Promise.allSettled([scope.run(work)]);
      return { cut, outcome };
    } finally {
      this.#running.delete(scope);
    }
  }

  /** The row was made anew, or comes from an older copy: it may say anything. */
  async tellAgain(): Promise<void> {
    this.#told = undefined;
    await this.#tell(this.#by === '' ? 'signal' : this.#by);
  }

  /** A child that ended meanwhile cannot be signalled, and needs nothing. */
  async tellChildren(signal: string, argument: unknown): Promise<void> {
    await Promise.all(
      [...this.#children].map((child) => child.signal(signal, argument).catch(() => undefined)),
    );
  }

  async withChild<Output>(child: OpenChild, work: () => Promise<Output>): Promise<Output> {
    this.#children.add(child);
    try {
      if (this.closed) await this.#reach(child);
      return await work();
    } finally {
      this.#children.delete(child);
    }
  }

  async #reach(child: OpenChild): Promise<void> {
    // A child that ended meanwhile cannot be signalled, and needs nothing.
    await child.signal(this.closed ? 'pauseByParent' : 'resumeByParent').catch(() => undefined);
  }

  /** One write at a time, so that the row ends with the last word of several signals at once. */
  async #tell(by: string): Promise<void> {
    this.#by = by;
    if (this.#telling) return;
    this.#telling = true;
    while (this.#told !== this.#holder()) {
      const holder = this.#holder();
      this.#told = holder;
      const about = { jobId: this.#jobId, round: this.#round, paused: holder !== null };
      await fact('setPaused', { ...about, by: holder === 'parent' ? PAUSED_BY_PARENT : this.#by });
    }
    this.#telling = false;
  }

  #holder(): Holder | null {
    if (this.#own) return 'own';
    return this.#byParent ? 'parent' : null;
  }
}

type Holder = 'own' | 'parent';
