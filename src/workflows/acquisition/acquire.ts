import type { BlameStage } from '../../domain/acquisition/blame.js';
import { importWaitMs, REQUEST_BUDGET } from '../../domain/acquisition/request-budget.js';
import { isReleasesOwn } from '../../domain/acquisition/grab-failure.js';
import type { ChildOutcome } from '../../domain/jobs/job-input.js';
import type { MonitorDownloadResult } from './monitor-download.js';
import type { OrganizeFilesResult } from './organize-files.js';
import type { RequestStory } from './request-story.js';
import type { Candidate, Filed } from './request-types.js';

export type Acquired =
  | ({ kind: 'filed' } & Filed)
  /** Nothing was asked of any client. */
  | { kind: 'left_out' }
  /** `blameless`: not by its own fault, so that it may be tried again soon. */
  | { kind: 'failed'; blameless?: string };

interface Choice {
  /** A person's own: also one that was tried before. */
  chosen?: boolean;
  decisionId?: string;
}

/** One candidate all the way into the library; each end but `filed` lets the next one be tried. */
export async function acquire(
  story: RequestStory,
  candidate: Candidate,
  { chosen = false, decisionId }: Choice = {},
): Promise<Acquired> {
  story.tries += 1;
  const { usable, reason } = await story.steps.pickCandidate(
    { requestId: story.requestId, searchId: candidate.searchId, candidate: candidate.number, chosen },
    { occurrence: story.occurrence(story.tries) },
  );
  if (!usable) {
    await story.become('searching', `left out ${candidate.title}: ${reason ?? 'it was tried before'}`);
    return { kind: 'left_out' };
  }
  await story.become('downloading', candidate.title, decisionId);
  for (let undone = 0; ; undone += 1) {
    const came = await download(story, candidate);
    if (typeof came !== 'string') return came;
    const downloadId = came;
    await story.become('processing', null);
    const organized = await organize(story, candidate, { downloadId, mayBeUndone: undone < MOST_UNDONE });
    if (organized === 'refused') return { kind: 'failed' };
    if (organized === 'undone') {
      story.tries += 1;
      await story.become('downloading', 'its client has lost a part of it and fetches that again');
      continue;
    }
    await story.become('downloaded', `filed to ${organized.folder}`);
    return { kind: 'filed', downloadId, folder: organized.folder };
  }
}

/** A client that goes on saying both is a failed import. */
const MOST_UNDONE = 5;

async function download(
  story: RequestStory,
  candidate: Candidate,
): Promise<string | Extract<Acquired, { kind: 'failed' }>> {
  // One that came too late for the release before says nothing of this one.
  story.decisions.take('skipCandidate');
  const monitored = await story.unlessSkipped(() =>
    story.job.child<MonitorDownloadResult>(
      'monitor_download',
      {
        searchId: candidate.searchId,
        candidate: candidate.number,
        releaseTitle: candidate.title,
        requestId: story.requestId,
      },
      { occurrence: story.tries },
    ),
  );
  if (monitored === 'skipped' || story.decisions.has('selectRelease')) {
    await skip(story, candidate);
    return { kind: 'failed' };
  }
  if (monitored.status !== 'completed') {
    const { kind, message } = monitored.error;
    if (kind === 'release_fault') await block(story, candidate, { stage: 'download', evidence: message });
    await story.become('searching', `${candidate.title} did not work out: ${message}`);
    return isReleasesOwn(kind) ? { kind: 'failed' } : { kind: 'failed', blameless: message };
  }
  const { outcome, downloadId, detail } = monitored.result;
  switch (outcome) {
    case 'complete':
      story.job.compensation.push('finishDownload', {
        downloadId,
        requestId: story.requestId,
        cancelled: true,
      });
      return downloadId;
    case 'stalled':
      await story.steps.parkDownload({ downloadId }, { occurrence: story.tries });
      await story.become(
        'searching',
        `${candidate.title} stalled (${detail}); it is taken if it comes after all`,
      );
      return { kind: 'failed' };
    case 'release_fault':
      await block(story, candidate, { stage: 'download', evidence: detail });
      break;
    case 'removed':
      break;
  }
  await story.become('searching', `${candidate.title} did not work out: ${detail}`);
  return { kind: 'failed' };
}

/** Until it is filed, refused for good, not whole any more, or somebody wants another release. */
async function organize(
  story: RequestStory,
  candidate: Candidate,
  { downloadId, mayBeUndone }: { downloadId: string; mayBeUndone: boolean },
): Promise<OrganizeFilesResult | 'refused' | 'undone'> {
  let accepted = false;
  for (;;) {
    const organized = await runOrganize(story, downloadId, accepted);
    if (organized.status === 'completed') return organized.result;
    const { kind, message } = organized.error;
    // What a person has accepted is not asked about again: its import is tried again as it is.
    const mayFetchAgain = kind === 'transient' && mayBeUndone && !accepted;
    if (mayFetchAgain && (await isUnfinished(story, downloadId))) return 'undone';
    const next =
      kind === 'release_fault'
        ? 'reject'
        : kind === 'bad_input'
          ? await askWhetherToImport(story, message)
          : await awaitImport(story, message);
    if (next === 'accept') accepted = true;
    if (next === 'accept' || next === 'again') continue;
    if (next === 'reject') {
      const stage = kind === 'release_fault' ? 'import' : 'manual';
      await block(story, candidate, { stage, evidence: message });
    }
    await story.steps.finishDownload(
      { downloadId, requestId: story.requestId, cancelled: true },
      { occurrence: story.occurrence(story.tries) },
    );
    await story.become('searching', `${candidate.title} was refused: ${message}`);
    return 'refused';
  }
}

async function isUnfinished(story: RequestStory, downloadId: string): Promise<boolean> {
  // A job keeps the steps it began with.
  if (story.job.input.policy.steps['findUnfinished'] === undefined) return false;
  const { unfinished } = await story.steps.findUnfinished(
    { downloadId },
    { occurrence: story.occurrence(story.tries) },
  );
  return unfinished;
}

function runOrganize(
  story: RequestStory,
  downloadId: string,
  accepted: boolean,
): Promise<ChildOutcome<OrganizeFilesResult>> {
  const { item, libraryId } = story.job.params;
  return story.job.child<OrganizeFilesResult>(
    'organize_files',
    { downloadId, libraryId, item, requestId: story.requestId, ...(accepted ? { accepted } : {}) },
    // What a person has accepted is another import than the one that was refused.
    { occurrence: accepted ? story.occurrence(story.tries) : story.tries },
  );
}

/** Nothing is imported, and nothing refused, by a guess (acquisition.md §5.1 no. 4). */
async function askWhetherToImport(story: RequestStory, why: string): Promise<'accept' | 'reject' | 'skip'> {
  await story.become('needs_decision', why);
  const until = (): boolean => story.decisions.has('decideImport', 'skipCandidate');
  while (!until()) await story.job.wait({ reason: 'decision_needed', detail: why, until });
  const decided = story.decisions.take('decideImport');
  story.decisions.take('skipCandidate');
  if (decided === undefined) return 'skip';
  await story.become('processing', decided.action === 'accept' ? 'accepted' : 'rejected', decided.decisionId);
  return decided.action;
}

/** The 5th failed import asks a person (acquisition.md §1.12). */
async function awaitImport(story: RequestStory, why: string): Promise<'again' | 'skip'> {
  story.spent.failedImports += 1;
  const { failedImports } = story.spent;
  if (failedImports >= REQUEST_BUDGET.failedImports) {
    await story.warn(`${failedImports} imports have failed: ${why}`);
  } else {
    await story.become('awaiting_import', why);
    await story.job.wait({
      reason: 'retry_backoff',
      detail: why,
      waitMs: importWaitMs(failedImports),
      until: () => story.decisions.has('retryStage', 'skipCandidate'),
    });
    story.decisions.take('retryStage');
  }
  if (story.decisions.has('selectRelease')) return 'skip';
  if (story.decisions.take('skipCandidate') !== undefined) return 'skip';
  await story.become('processing', null);
  return 'again';
}

/** Its job has undone the download, unless it was another run's; then it is ended here. */
async function skip(story: RequestStory, candidate: Candidate): Promise<void> {
  const skipped = story.decisions.take('skipCandidate');
  await story.steps.dropCandidate(
    { requestId: story.requestId, searchId: candidate.searchId, candidate: candidate.number },
    { occurrence: story.occurrence(story.tries) },
  );
  await story.become('searching', `${candidate.title} was skipped`, skipped?.decisionId);
}

async function block(
  story: RequestStory,
  candidate: Candidate,
  blame: { stage: BlameStage; evidence: string },
): Promise<void> {
  await story.steps.blockRelease(
    { requestId: story.requestId, searchId: candidate.searchId, candidate: candidate.number, ...blame },
    { occurrence: story.occurrence(story.tries) },
  );
}
