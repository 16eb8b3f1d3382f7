/** What the run has heard of room for its steps (jobs.md §5 "Leases"). */
export class Room {
  #heard = 0;

  /** How often there was room; more than before a step began to ask means that it may ask again. */
  get heard(): number {
    return this.#heard;
  }

  /** The process that owns what is needed says that there is room. Said twice, a step asks twice, and no more. */
  grant(): void {
    this.#heard += 1;
  }
}
