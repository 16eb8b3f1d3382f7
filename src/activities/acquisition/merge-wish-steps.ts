import { inLibrary } from '../../domain/acquisition/library-paths.js';
import { Fault } from '../../domain/faults.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { getLibrary } from './library.js';
import { findSources } from './merge-sources.js';

/** Of fewer nobody makes chapters, unless somebody asks for it (acquisition.md §5.5). */
const LEAST_FILES = 3;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Whether the library wants what was just filed as one file, and it can be one. */
  wishMerge: async (
    { libraryId, folder, files }: { libraryId: string; folder: string; files: number },
    step: StepContext,
  ): Promise<{ merge: boolean }> => {
    const library = await getLibrary(deps, libraryId);
    if (!library.mergeChapters || files < LEAST_FILES) return { merge: false };
    try {
      const { media } = await findSources(deps.roots.resolve(inLibrary(library, folder)));
      const formats = new Set(media.map(({ path }) => path.slice(path.lastIndexOf('.')).toLowerCase()));
      return { merge: media.length >= LEAST_FILES && formats.size === 1 };
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'bad_input') throw error;
      step.log('warn', `the files stay separate: ${error.message}`);
      return { merge: false };
    }
  },
}));

export type MergeWishSteps = StepsOf<typeof steps>;
