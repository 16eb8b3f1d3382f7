import { againSoonMs, nextSearchWaitMs } from '../../domain/acquisition/search-interval.js';
import type { ReachedRequest } from './request-types.js';

/**
 * How long a request rests between two searches. Only what was waited for counts: searches that an indexer's outage has
 * cut short follow each other within minutes, and the next clean one is no seventh.
 */
export class SearchRests {
  #regular: number;
  #soon: number;

  constructor(reached: Pick<ReachedRequest, 'pass' | 'rests'> | undefined) {
    // A run of an older version has counted its searches alone.
    this.#regular = reached?.rests?.regular ?? (reached?.pass ?? 1) - 1;
    this.#soon = reached?.rests?.soon ?? 0;
  }

  get counted(): NonNullable<ReachedRequest['rests']> {
    return { regular: this.#regular, soon: this.#soon };
  }

  /** Everybody was asked, and nothing fits; ms. */
  regularMs(): number {
    this.#soon = 0;
    this.#regular += 1;
    return nextSearchWaitMs(this.#regular, Math.random());
  }

  /** Until the next search would be due, if this one found nothing; ms. */
  heldMs(): number {
    return nextSearchWaitMs(this.#regular + 1, Math.random());
  }

  /** What fits is there, and failed by no fault of its own; ms. */
  soonMs(): number {
    this.#soon += 1;
    return Math.min(againSoonMs(this.#soon), this.heldMs());
  }
}
