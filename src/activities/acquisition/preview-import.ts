import { inLibrary } from '../../domain/acquisition/library-paths.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { claimOn } from '../../store/acquisition/imports.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { DownloadRow } from '../../store/acquisition/downloads.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { claimOf, makePlan, type ImportPlan } from './import-plan.js';
import { expectedPlacement, type Placement } from './placement.js';

/** A result is part of a history: so many files of each list are named, the rest is counted. */
const MOST_NAMED = 30;

/** What an import would do; nothing was done. */
export interface ImportPreview {
  dryRun: true;
  /** The item's folder, relative to its library's root; null where nothing can be filed. */
  folder: string | null;
  files: { from: string; name: string; sizeBytes: number }[];
  ignored: { path: string; why: string }[];
  /** Files of both lists that are not named here. */
  more: number;
  confidence: ImportPlan['confidence'] | null;
  placement: Placement;
  /** Why it would wait for a person, or be refused; null: it would be filed. */
  doubt: string | null;
}

interface Previewed {
  download: DownloadRow;
  library: LibraryRow;
  item: MediaItem;
  step: StepContext;
}

/** Looks at everything that an import looks at, and claims nothing. @throws as makePlan, but for what it says of the release. */
export async function previewImport(deps: ActivityDeps, about: Previewed): Promise<ImportPreview> {
  const { library } = about;
  const { plan, doubt } = await planAnyway(deps, about);
  const placement = await expectedPlacement(deps.db, {
    ...{ roots: deps.roots, library, writeTags: plan?.writeTags ?? 'never' },
  });
  if (plan === undefined) {
    return {
      dryRun: true,
      folder: null,
      files: [],
      ignored: [],
      more: 0,
      confidence: null,
      placement,
      doubt,
    };
  }
  const { folder, media, extras, ignored, confidence } = plan;
  const files = [...media, ...extras].map(({ from, name, sizeBytes }) => ({ from, name, sizeBytes }));
  return {
    ...{ dryRun: true, folder, confidence, placement },
    files: files.slice(0, MOST_NAMED),
    ignored: ignored.slice(0, MOST_NAMED),
    more: Math.max(0, files.length - MOST_NAMED) + Math.max(0, ignored.length - MOST_NAMED),
    doubt: [doubt, await takenBy(deps, { library, plan })].filter((why) => why !== null).join('; ') || null,
  };
}

/** What is in doubt has a plan too: that of somebody who accepts it. */
async function planAnyway(
  deps: ActivityDeps,
  about: Previewed,
): Promise<{ plan: ImportPlan | undefined; doubt: string | null }> {
  try {
    return { plan: await makePlan(deps, { ...about, accepted: false }), doubt: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.kind === 'release_fault') return { plan: undefined, doubt: error.message };
    if (error.kind !== 'bad_input') throw error;
    return { plan: await makePlan(deps, { ...about, accepted: true }), doubt: error.message };
  }
}

async function takenBy(
  { db }: ActivityDeps,
  { library, plan }: { library: LibraryRow; plan: ImportPlan },
): Promise<string | null> {
  const { folder } = plan;
  const claim = await claimOn(db, claimOf(inLibrary(library, folder), plan));
  return claim?.committed === true ? `${claim.jobId} has filed something to ${folder} already` : null;
}
