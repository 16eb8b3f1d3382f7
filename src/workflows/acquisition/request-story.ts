import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';

import type { OpenedRequest, RequestSteps } from '../../activities/acquisition/request-steps.js';
import type { DecisionInputs } from '../../domain/acquisition/request-decision.js';
import { budgetSpent, REQUEST_BUDGET } from '../../domain/acquisition/request-budget.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';
import {
  restReason,
  type FoundReleases,
  type SearchConclusion,
} from '../../domain/acquisition/search-conclusion.js';
import { nextSearchWaitMs } from '../../domain/acquisition/search-interval.js';
import type { WaitingReason } from '../../domain/jobs/waiting.js';
import type { Job } from '../jobs/job.js';
import { acquire, type Acquired } from './acquire.js';
import { awaitApproval } from './await-approval.js';
import { childFailure } from './child-failure.js';
import { confirm } from './confirm.js';
import { Finders } from './finders.js';
import { Decisions } from './request-decisions.js';
import type { Candidate, Filed, ReachedRequest, RequestParams, RequestResult } from './request-types.js';
import { SearchRests } from './search-rests.js';
import { untilFree } from './until-free.js';

/** The whole of one request; acquire.ts and confirm.ts hold its longer chapters. */
export class RequestStory {
  readonly job: Job<RequestParams>;
  readonly steps;
  readonly decisions: Decisions;
  readonly spent: ReachedRequest['spent'];
  state: RequestState;
  tries: number;
  filed: Filed | undefined;
  look: number;
  /** How often held answers were judged again. */
  judged: number;
  #opened: OpenedRequest | undefined;
  #pass: number;
  #changes: number;
  #searchTerms: string | null;
  #invoked: boolean;
  /** What failed in this pass by no fault of its release. */
  #blameless: string | undefined;
  readonly #finders: Finders;
  readonly #rests: SearchRests;

  constructor(job: Job<RequestParams>, reached: ReachedRequest | undefined) {
    this.job = job;
    this.steps = job.steps<RequestSteps>();
    this.#opened = reached?.opened;
    this.state = reached?.state ?? 'pending';
    this.#pass = reached?.pass ?? 1;
    this.#changes = reached?.changes ?? 0;
    this.tries = reached?.tries ?? 0;
    this.spent = reached?.spent ?? { releases: 0, failedImports: 0 };
    this.#searchTerms = reached?.searchTerms ?? null;
    this.#invoked = reached?.invoked ?? false;
    this.judged = reached?.judged ?? 0;
    this.filed = reached?.filed;
    this.look = reached?.look ?? 1;
    this.decisions = new Decisions(() => this.state, reached?.decisions);
    this.#finders = new Finders(reached?.found);
    this.#rests = new SearchRests(reached);
  }

  get requestId(): string {
    return this.#opened?.requestId ?? '';
  }

  async open(): Promise<void> {
    if (this.#opened !== undefined) return;
    this.#opened = await this.steps.openRequest(this.job.params, { occurrence: this.job.input.round });
    this.#searchTerms = this.#opened.searchTerms;
    this.job.compensation.push('abandonRequest', { requestId: this.requestId });
  }

  async run(): Promise<RequestResult> {
    if (this.filed !== undefined) return confirm(this, this.filed);
    if (this.#opened?.needsApproval === true) await awaitApproval(this);
    for (;;) {
      const chosen = this.decisions.take('selectRelease');
      if (chosen === undefined) await this.#awaitRelease();
      const filed = await (chosen === undefined ? this.#seek() : this.#takeChosen(chosen));
      if (filed !== undefined) return confirm(this, filed);
      await this.continueIfLong();
    }
  }

  /** The row and its timeline; of a decision the row also tells who made it. */
  async become(state: RequestState, detail: string | null, decisionId?: string): Promise<void> {
    this.state = state;
    this.#changes += 1;
    const occurrence = this.job.input.round * 10_000 + this.#changes;
    const by = decisionId === undefined ? {} : { decisionId };
    await this.steps.recordRequestState({ requestId: this.requestId, state, detail, ...by }, { occurrence });
  }

  /** For what each round does anew. */
  occurrence(count: number): number {
    return this.job.input.round * 100_000 + count;
  }

  continueIfLong(): Promise<void> {
    const { state, tries, spent, look } = this;
    return this.job.continueIfLong({
      opened: this.#opened,
      ...{ state, tries, spent, look },
      pass: this.#pass,
      rests: this.#rests.counted,
      changes: this.#changes,
      searchTerms: this.#searchTerms,
      decisions: this.decisions.open,
      ...(this.#invoked ? { invoked: true } : {}),
      ...(this.judged > 0 ? { judged: this.judged } : {}),
      ...(this.#finders.open.length > 0 ? { found: this.#finders.open } : {}),
      ...(this.filed === undefined ? {} : { filed: this.filed }),
    });
  }

  /** Runs `work` until somebody wants another release; the cancelled part has undone itself then. */
  async unlessSkipped<Result>(work: () => Promise<Result>): Promise<Result | 'skipped'> {
    const scope = new CancellationScope();
    try {
      return await scope.run(() => {
        this.decisions.until('skipCandidate', 'selectRelease').then(
          () => {
            scope.cancel();
          },
          () => undefined,
        );
        return work();
      });
    } catch (error) {
      const isOurs = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
      if (isOurs && isCancellation(error)) return 'skipped';
      throw error;
    }
  }

  async #awaitRelease(): Promise<void> {
    const at = this.#opened?.releasedAtMs ?? null;
    if (at === null || at <= Date.now()) return;
    const day = new Date(at).toISOString().slice(0, 10);
    await this.become('awaiting_release', `it is released on ${day}`);
    await this.job.wait({
      reason: 'release_date',
      detail: day,
      waitMs: at - Date.now(),
      until: () => this.decisions.has('retryStage', 'selectRelease'),
    });
    this.decisions.take('retryStage');
    if (this.#opened !== undefined) this.#opened = { ...this.#opened, releasedAtMs: null };
  }

  /** What a finder has sent goes first: for that nobody has to be asked. */
  #seek(): Promise<Filed | undefined> {
    const found = this.#finders.take();
    return found === undefined ? this.#searchAndWalk() : this.#takeFound(found);
  }

  async #takeFound(found: FoundReleases): Promise<Filed | undefined> {
    this.#blameless = undefined;
    const filed = await this.#walk(found);
    if (filed !== undefined) return filed;
    if (this.#isWanted()) this.#takeWishes();
    else await this.#rest({ ...found, conclusion: 'accepted', retryAfterMs: null });
    return undefined;
  }

  async #searchAndWalk(): Promise<Filed | undefined> {
    if (this.decisions.has('selectRelease')) return undefined;
    await this.become('searching', this.#pass === 1 ? null : `search no. ${this.#pass}`);
    this.#finders.searchBegins();
    this.#blameless = undefined;
    const found = await untilFree(this, await this.#search(), {
      // Runs that began before counted searches that an outage had cut short, too.
      restMs: () =>
        patched('held-by-rests') ? this.#rests.heldMs() : nextSearchWaitMs(this.#pass, Math.random()),
      until: this.#isWanted,
    });
    const filed = await this.#walk(found);
    if (filed !== undefined) return filed;
    // A choice that cut it short has its turn; the search after it is a new one, not this one's stored answer.
    if (!this.decisions.has('selectRelease')) await this.#rest(found);
    this.#pass += 1;
    return undefined;
  }

  /** Somebody, or a finder, wants another look now. */
  readonly #isWanted = (): boolean =>
    this.#finders.hasNews || this.decisions.has('retryStage', 'selectRelease', 'setSearchTerms');

  async #search(): Promise<SearchConclusion> {
    const wishes = {
      ...(this.#searchTerms === null ? {} : { terms: this.#searchTerms }),
      ...(this.#invoked ? { mode: 'invoked' } : {}),
    };
    this.#invoked = false;
    const search = await this.job.child<SearchConclusion>(
      'search_indexers',
      { item: this.job.params.item, requestId: this.requestId, pass: this.#pass, ...wishes },
      { occurrence: this.#pass },
    );
    if (search.status === 'completed') return search.result;
    throw childFailure(search.error);
  }

  async #walk({ searchId, accepted, complete = false }: FoundReleases): Promise<Filed | undefined> {
    let grabs = 0;
    for (const candidate of accepted) {
      const isSpent = grabs >= REQUEST_BUDGET.grabsPerSearch || this.#spentPart() !== undefined;
      if (isSpent && !complete) return undefined;
      const came = await acquire(this, { ...candidate, searchId });
      if (came.kind === 'filed') return came;
      if (this.decisions.has('selectRelease')) return undefined;
      if (!complete) grabs += this.#count(came);
    }
    return undefined;
  }

  #count(came: Exclude<Acquired, { kind: 'filed' }>): number {
    if (came.kind === 'left_out') return 0;
    if (came.blameless !== undefined) {
      this.#blameless = came.blameless;
      return 1;
    }
    this.spent.releases += 1;
    return 1;
  }

  /** A person's choice carries no alternates and is not counted. */
  async #takeChosen({
    title,
    decisionId,
    ...chosen
  }: DecisionInputs['selectRelease']): Promise<Filed | undefined> {
    const candidate: Candidate = { ...chosen, number: chosen.candidate, title };
    const came = await acquire(this, candidate, {
      chosen: true,
      ...(decisionId === undefined ? {} : { decisionId }),
    });
    if (came.kind === 'filed') return came;
    if (!this.decisions.has('selectRelease'))
      await this.#awaitNext('next_search', `${title} did not work out`, null);
    return undefined;
  }

  async #rest(found: SearchConclusion): Promise<void> {
    const spent = this.#spentPart();
    if (spent !== undefined) return this.warn(spent, () => this.#finders.hasComplete);
    if (this.#blameless !== undefined)
      return this.#awaitNext('retry_backoff', this.#blameless, this.#rests.soonMs());
    await this.#awaitNext(restReason(found), found.detail, found.retryAfterMs);
  }

  async #awaitNext(reason: WaitingReason, detail: string, waitMs: number | null): Promise<void> {
    await this.become('awaiting_search', detail);
    await this.job.wait({
      reason,
      detail,
      waitMs: waitMs ?? this.#rests.regularMs(),
      until: this.#isWanted,
    });
    this.#takeWishes();
  }

  /** A person decides whether more is spent, unless it is `settled` without. */
  async warn(why: string, settled: () => boolean = () => false): Promise<void> {
    await this.become('warn', why);
    const isWanted = (): boolean => this.decisions.has('retryStage', 'selectRelease', 'setSearchTerms');
    await this.waitFor('decision_needed', why, () => isWanted() || settled());
    if (!isWanted()) return;
    this.#takeWishes();
    this.spent.releases = 0;
    this.spent.failedImports = 0;
    if (this.#opened !== undefined) this.#opened = { ...this.#opened, askedAtMs: Date.now() };
  }

  /** What a person asks for now waits for no better release. */
  #takeWishes(): void {
    const wished = this.decisions.take('setSearchTerms');
    if (wished !== undefined) this.#searchTerms = wished.terms;
    const again = this.decisions.take('retryStage');
    if (wished !== undefined || again !== undefined) this.#invoked = true;
  }

  #spentPart(): string | undefined {
    const askedAtMs = this.#opened?.askedAtMs ?? Date.now();
    return budgetSpent({ ...this.spent, ageMs: Date.now() - askedAtMs });
  }

  async waitFor(reason: 'approval' | 'decision_needed', detail: string, until: () => boolean): Promise<void> {
    // retryNow ends a wait, but decides nothing.
    while (!until()) await this.job.wait({ reason, detail, until });
  }
}
