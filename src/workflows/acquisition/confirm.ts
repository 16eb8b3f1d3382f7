import { confirmLook } from '../../domain/acquisition/confirm-interval.js';
import type { MatchResult } from '../../domain/acquisition/match-result.js';
import type { RequestStory } from './request-story.js';
import type { Filed, RequestResult } from './request-types.js';

/** By the path that was written; a library that does not show it yet is asked again, without end. */
export async function confirm(story: RequestStory, { downloadId, folder }: Filed): Promise<RequestResult> {
  story.filed = { downloadId, folder };
  for (;;) {
    const { waitMs, whole } = confirmLook(story.look);
    const libraryItemId = await lookFor(story, folder, whole);
    if (libraryItemId !== undefined) return finish(story, { downloadId, folder }, libraryItemId);
    await story.job.wait({ reason: 'library_confirm', detail: folder, waitMs });
    story.look += 1;
    await story.continueIfLong();
  }
}

async function lookFor(story: RequestStory, folder: string, whole: boolean): Promise<string | undefined> {
  const { item, libraryId } = story.job.params;
  const occurrence = story.occurrence(story.tries * 1_000 + story.look);
  const scope = whole ? { libraryId } : { libraryId, path: folder };
  await story.job.child('library_scan', scope, { occurrence });
  const match = await story.job.child<MatchResult>(
    'match_library',
    { libraryId, item, writtenPath: folder, requestId: story.requestId },
    { occurrence },
  );
  if (match.status !== 'completed' || match.result.verdict !== 'matched') return undefined;
  return match.result.libraryItemId;
}

async function finish(
  story: RequestStory,
  { downloadId, folder }: Filed,
  libraryItemId: string,
): Promise<RequestResult> {
  const { requestId } = story;
  await story.steps.recordAvailable({ requestId, libraryItemId });
  await story.steps.finishDownload({ downloadId, requestId, cancelled: false }, { occurrence: story.tries });
  await story.become('available', null);
  return { requestId, libraryItemId, folder };
}
