import { defineSignal, setHandler } from '@temporalio/workflow';

import type { FoundReleases } from '../../domain/acquisition/search-conclusion.js';

/** Something new may fit: search. */
const wakeSignal = defineSignal('wake');
/** A finder's own decision, stored as that of a search: take these. */
const candidateSignal = defineSignal<[FoundReleases | undefined]>('candidate');

/** What comes while something else is fetched waits for its turn; of more than these the oldest are forgotten. */
const MOST_FOUND = 10;

/** What RSS and other finders tell a request. */
export class Finders {
  #woken = false;
  #found: FoundReleases[];

  constructor(carried: readonly FoundReleases[] = []) {
    this.#found = [...carried];
    setHandler(wakeSignal, () => {
      this.#woken = true;
    });
    setHandler(candidateSignal, (found) => {
      // Sent by hand it may hold anything: then its request searches itself.
      if (typeof found?.searchId !== 'string' || !Array.isArray(found.accepted)) this.#woken = true;
      else this.#keep(found);
    });
  }

  /** For a run that continues as new. */
  get open(): FoundReleases[] {
    return [...this.#found];
  }

  get hasNews(): boolean {
    return this.#woken || this.#found.length > 0;
  }

  /** Something is there already and has only to be filed. */
  get hasComplete(): boolean {
    return this.#found.some(({ complete }) => complete === true);
  }

  take(): FoundReleases | undefined {
    return this.#found.shift();
  }

  /** A search begins: what woke it is settled by that. */
  searchBegins(): void {
    this.#woken = false;
  }

  /** A repeated signal is the same one. */
  #keep(found: FoundReleases): void {
    const others = this.#found.filter(({ searchId }) => searchId !== found.searchId);
    this.#found = [...others, found].slice(-MOST_FOUND);
  }
}
