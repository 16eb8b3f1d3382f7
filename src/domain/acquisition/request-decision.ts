import type { RequestState } from './request-state.js';

/** What people decide about a request while it is open; each is an Update of its workflow of the same name. */
export const DECISION_KINDS = [
  'approve',
  'deny',
  'selectRelease',
  'skipCandidate',
  'retryStage',
  'setSearchTerms',
  'decideImport',
] as const;

export type DecisionKind = (typeof DECISION_KINDS)[number];

/** Who decided, and why, stands in the row of this id: names do not belong into a workflow's history. */
export interface DecisionRef {
  /** Absent where somebody decided by Temporal's own tools. */
  decisionId?: string;
}

export interface DecisionInputs {
  approve: DecisionRef;
  deny: DecisionRef;
  selectRelease: DecisionRef & { searchId: string; candidate: number; title: string; indexerId: string };
  skipCandidate: DecisionRef;
  retryStage: DecisionRef;
  /** null: the item's own title again. */
  setSearchTerms: DecisionRef & { terms: string | null };
  decideImport: DecisionRef & { action: 'accept' | 'reject' };
}

const BEFORE_THE_SEARCH: readonly RequestState[] = ['awaiting_approval', 'awaiting_release', 'pending'];
const SEARCH: readonly RequestState[] = ['searching', 'awaiting_search', 'warn'];

/** In which states each may be made (acquisition.md §7.3). */
const ALLOWED: Record<DecisionKind, readonly RequestState[]> = {
  approve: ['awaiting_approval'],
  deny: ['awaiting_approval'],
  selectRelease: [...BEFORE_THE_SEARCH, ...SEARCH, 'downloading'],
  skipCandidate: ['downloading', 'awaiting_import', 'needs_decision'],
  retryStage: ['awaiting_release', 'awaiting_search', 'awaiting_import', 'warn'],
  setSearchTerms: [...BEFORE_THE_SEARCH, ...SEARCH],
  decideImport: ['needs_decision'],
};

/** Why a decision cannot be made now, for people; undefined when it can. */
export function refuseDecision(kind: DecisionKind, state: RequestState): string | undefined {
  if (ALLOWED[kind].includes(state)) return undefined;
  return `The request is ${state}; ${kind} needs it to be ${ALLOWED[kind].join(' or ')}`;
}
