import { condition } from '@temporalio/workflow';

import type { JobInput } from '../../domain/jobs/job-input.js';
import { fact } from './fact.js';

/**
 * The job's place among those of its group (jobs.md §5): taken before a step, kept between steps, freed in every
 * wait. A job without a limit costs nothing here.
 */
export class Permit {
  readonly #input: JobInput;
  #held = false;
  #granted = false;
  /** Steps that run now; a story may run several side by side. */
  #users = 0;

  constructor(input: JobInput) {
    this.#input = input;
  }

  /** The run is told that its turn has come. */
  grant(): void {
    this.#granted = true;
  }

  /** Runs one step under the permit; undefined when `interrupted` came before the permit did. */
  async under<Output>(interrupted: () => boolean, work: () => Promise<Output>): Promise<Output | undefined> {
    if (this.#input.policy.permit === undefined) return work();
    if (!(await this.#take(interrupted))) return undefined;
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#users -= 1;
    }
  }

  /** Before a wait of any kind; not while another step of the story runs. */
  async free(): Promise<void> {
    if (!this.#held || this.#users > 0) return;
    this.#held = false;
    await fact('releasePermit', { jobId: this.#input.jobId });
  }

  /** The row says that it is not ours any more: a reset run believes what its history tells. */
  lose(): void {
    this.#held = false;
  }

  async #take(interrupted: () => boolean): Promise<boolean> {
    const { jobId, policy } = this.#input;
    if (this.#held || policy.permit === undefined) return true;
    this.#granted = false;
    if (await fact('askPermit', { jobId, permit: policy.permit })) this.#granted = true;
    await condition(() => this.#granted || interrupted());
    if (this.#granted) {
      this.#held = true;
      return true;
    }
    await fact('releasePermit', { jobId });
    return false;
  }
}
