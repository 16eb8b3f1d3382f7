import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';

import {
  DECISION_KINDS,
  refuseDecision,
  type DecisionInputs,
  type DecisionKind,
  type DecisionRef,
} from '../../domain/acquisition/request-decision.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';

export type MadeDecision = {
  [Kind in DecisionKind]: { kind: Kind; input: DecisionInputs[Kind] };
}[DecisionKind];

/** What people have decided and the story has not taken up yet. Whether they may is answered at once. */
export class Decisions {
  #made: MadeDecision[];

  constructor(state: () => RequestState, carried: readonly MadeDecision[] = []) {
    this.#made = [...carried];
    for (const kind of DECISION_KINDS) this.#listen(kind, state);
  }

  /** For a run that continues as new. */
  get open(): MadeDecision[] {
    return [...this.#made];
  }

  has(...kinds: DecisionKind[]): boolean {
    return this.#made.some(({ kind }) => kinds.includes(kind));
  }

  until(...kinds: DecisionKind[]): Promise<void> {
    return condition(() => this.has(...kinds));
  }

  /** The last one counts; earlier ones of its kind are settled with it. */
  take<Kind extends DecisionKind>(kind: Kind): DecisionInputs[Kind] | undefined {
    const taken = this.#made.findLast((made) => made.kind === kind);
    this.#made = this.#made.filter((made) => made.kind !== kind);
    return taken?.input as DecisionInputs[Kind] | undefined;
  }

  #listen(kind: DecisionKind, state: () => RequestState): void {
    const update = defineUpdate<RequestState, [DecisionRef | undefined]>(kind);
    const take = (input: DecisionRef | undefined): RequestState => {
      this.#made.push({ kind, input: input ?? {} } as MadeDecision);
      return state();
    };
    setHandler(update, take, {
      validator: (_input) => {
        const refused = refuseDecision(kind, state());
        if (refused !== undefined) throw ApplicationFailure.nonRetryable(refused, 'refused');
      },
    });
  }
}
