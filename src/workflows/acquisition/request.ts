import { ApplicationFailure } from '@temporalio/workflow';

import type { RequestSteps } from '../../activities/acquisition/request-steps.js';
import { confirmLook } from '../../domain/acquisition/confirm-interval.js';
import type { MatchResult } from '../../domain/acquisition/match-result.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';
import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import { nextSearchWaitMs } from '../../domain/acquisition/search-interval.js';
import type { Job } from '../jobs/job.js';
import { readFailure } from '../jobs/failure.js';
import type { MonitorDownloadResult } from './monitor-download.js';
import type { OrganizeFilesResult } from './organize-files.js';

export interface RequestParams {
  item: MediaItem;
  libraryId: string;
}

export interface RequestResult {
  requestId: string;
  libraryItemId: string;
  folder: string;
}

type Candidate = SearchConclusion['accepted'][number];

/** Files stand in the library, which does not show them yet. */
interface Filed {
  downloadId: string;
  folder: string;
}

/** What a new run of the same request goes on with. */
interface Reached {
  requestId: string;
  pass: number;
  changes: number;
  tries: number;
  filed?: Filed;
  look?: number;
}

/** Search, walk the candidates, file, confirm: until the library has the item or somebody cancels. */
export async function request(job: Job<RequestParams>): Promise<RequestResult> {
  const story = new RequestStory(job);
  await story.open(job.input.carried?.state as Reached | undefined);
  try {
    return await story.run();
  } catch (error) {
    if (error instanceof ApplicationFailure) await story.become('failed', readFailure(error).message);
    throw error;
  }
}

class RequestStory {
  readonly #job: Job<RequestParams>;
  readonly #steps;
  #requestId = '';
  #pass = 1;
  #changes = 0;
  /** Counts candidates in their order, so that a new round finds the children of the last one again. */
  #tries = 0;
  #filed: Filed | undefined;
  #look = 1;

  constructor(job: Job<RequestParams>) {
    this.#job = job;
    this.#steps = job.steps<RequestSteps>();
  }

  async open(reached: Reached | undefined): Promise<void> {
    if (reached !== undefined) {
      this.#requestId = reached.requestId;
      this.#pass = reached.pass;
      this.#changes = reached.changes;
      this.#tries = reached.tries;
      this.#filed = reached.filed;
      this.#look = reached.look ?? 1;
      return;
    }
    const { requestId } = await this.#steps.openRequest(this.#job.params);
    this.#requestId = requestId;
    this.#job.compensation.push('abandonRequest', { requestId });
  }

  async run(): Promise<RequestResult> {
    if (this.#filed !== undefined) return this.#confirm(this.#filed);
    for (;;) {
      await this.become('searching', this.#pass === 1 ? null : `search no. ${this.#pass}`);
      const found = await this.#search(this.#pass);
      for (const candidate of found.accepted) {
        const available = await this.#acquire(found.searchId, candidate);
        if (available !== undefined) return available;
      }
      await this.#waitForNextSearch(found, this.#pass);
      this.#pass += 1;
      await this.#continueIfLong();
    }
  }

  #continueIfLong(): Promise<void> {
    const reached: Reached = {
      requestId: this.#requestId,
      pass: this.#pass,
      changes: this.#changes,
      tries: this.#tries,
      ...(this.#filed === undefined ? {} : { filed: this.#filed, look: this.#look }),
    };
    return this.#job.continueIfLong(reached);
  }

  async become(state: RequestState, detail: string | null): Promise<void> {
    this.#changes += 1;
    const occurrence = this.#job.input.round * 10_000 + this.#changes;
    await this.#steps.recordRequestState({ requestId: this.#requestId, state, detail }, { occurrence });
  }

  async #search(pass: number): Promise<SearchConclusion> {
    const { item } = this.#job.params;
    const search = await this.#job.child<SearchConclusion>(
      'search_indexers',
      { item, requestId: this.#requestId, pass },
      { occurrence: pass },
    );
    if (search.status === 'completed') return search.result;
    throw ApplicationFailure.create({
      message: search.error.message,
      type: search.error.kind,
      nonRetryable: true,
      details: [search.error],
    });
  }

  /** One candidate all the way; undefined when the next one shall be tried. */
  async #acquire(searchId: string, candidate: Candidate): Promise<RequestResult | undefined> {
    const { usable, reason } = await this.#steps.pickCandidate(
      { requestId: this.#requestId, searchId, candidate: candidate.number },
      { occurrence: this.#occurrence(this.#nextTry()) },
    );
    if (!usable) {
      await this.become('searching', `left out ${candidate.title}: ${reason ?? 'it was tried before'}`);
      return undefined;
    }
    await this.become('downloading', candidate.title);
    const downloaded = await this.#download(searchId, candidate);
    if (downloaded === undefined) return undefined;
    await this.become('processing', null);
    const organized = await this.#organize(downloaded, searchId, candidate);
    if (organized === undefined) return undefined;
    await this.become('downloaded', `filed to ${organized.folder}`);
    return this.#confirm({ downloadId: downloaded.downloadId, folder: organized.folder });
  }

  async #download(searchId: string, candidate: Candidate): Promise<MonitorDownloadResult | undefined> {
    const monitored = await this.#job.child<MonitorDownloadResult>(
      'monitor_download',
      { searchId, candidate: candidate.number, releaseTitle: candidate.title, requestId: this.#requestId },
      { occurrence: this.#tries },
    );
    if (monitored.status === 'completed' && monitored.result.outcome === 'complete') {
      this.#job.compensation.push('finishDownload', {
        downloadId: monitored.result.downloadId,
        requestId: this.#requestId,
        cancelled: true,
      });
      return monitored.result;
    }
    const detail = monitored.status === 'completed' ? monitored.result.detail : monitored.error.message;
    const atFault =
      monitored.status === 'completed'
        ? monitored.result.outcome === 'release_fault'
        : monitored.error.kind === 'release_fault';
    if (atFault) await this.#block(searchId, candidate, detail);
    await this.become('searching', `${candidate.title} did not work out: ${detail}`);
    return undefined;
  }

  async #organize(
    { downloadId }: MonitorDownloadResult,
    searchId: string,
    candidate: Candidate,
  ): Promise<OrganizeFilesResult | undefined> {
    const { item, libraryId } = this.#job.params;
    const organized = await this.#job.child<OrganizeFilesResult>(
      'organize_files',
      { downloadId, libraryId, item, requestId: this.#requestId },
      { occurrence: this.#tries },
    );
    if (organized.status === 'completed') return organized.result;
    if (organized.error.kind !== 'release_fault') {
      throw ApplicationFailure.create({
        message: organized.error.message,
        type: organized.error.kind,
        nonRetryable: true,
        details: [organized.error],
      });
    }
    await this.#block(searchId, candidate, organized.error.message);
    await this.#steps.finishDownload(
      { downloadId, requestId: this.#requestId, cancelled: false },
      { occurrence: this.#tries },
    );
    await this.become('searching', `${candidate.title} was refused: ${organized.error.message}`);
    return undefined;
  }

  /** By the path that was written; a library that does not show it yet is asked again, without end. */
  async #confirm(filed: Filed): Promise<RequestResult> {
    this.#filed = filed;
    for (;;) {
      const { waitMs, whole } = confirmLook(this.#look);
      const libraryItemId = await this.#lookFor(filed.folder, whole);
      if (libraryItemId !== undefined) return this.#finish(filed, libraryItemId);
      await this.#job.wait({ reason: 'library_confirm', detail: filed.folder, waitMs });
      this.#look += 1;
      await this.#continueIfLong();
    }
  }

  async #lookFor(folder: string, whole: boolean): Promise<string | undefined> {
    const { item, libraryId } = this.#job.params;
    const occurrence = this.#occurrence(this.#tries * 1_000 + this.#look);
    const scope = whole ? { libraryId } : { libraryId, path: folder };
    await this.#job.child('library_scan', scope, { occurrence });
    const match = await this.#job.child<MatchResult>(
      'match_library',
      { libraryId, item, writtenPath: folder, requestId: this.#requestId },
      { occurrence },
    );
    if (match.status !== 'completed' || match.result.verdict !== 'matched') return undefined;
    return match.result.libraryItemId;
  }

  async #finish({ downloadId, folder }: Filed, libraryItemId: string): Promise<RequestResult> {
    const requestId = this.#requestId;
    await this.#steps.recordAvailable({ requestId, libraryItemId });
    await this.#steps.finishDownload(
      { downloadId, requestId, cancelled: false },
      { occurrence: this.#tries },
    );
    await this.become('available', null);
    return { requestId, libraryItemId, folder };
  }

  #block(searchId: string, candidate: Candidate, evidence: string): Promise<unknown> {
    return this.#steps.blockRelease(
      { requestId: this.#requestId, searchId, candidate: candidate.number, evidence },
      { occurrence: this.#tries },
    );
  }

  async #waitForNextSearch(found: SearchConclusion, pass: number): Promise<void> {
    await this.become('awaiting_search', found.detail);
    await this.#job.wait({
      reason: found.conclusion === 'incomplete' ? 'indexer_backoff' : 'next_search',
      detail: found.detail,
      waitMs: found.retryAfterMs ?? nextSearchWaitMs(pass, Math.random()),
    });
  }

  /** For what each round does anew. */
  #occurrence(count: number): number {
    return this.#job.input.round * 100_000 + count;
  }

  #nextTry(): number {
    this.#tries += 1;
    return this.#tries;
  }
}
