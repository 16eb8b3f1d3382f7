import { Fault } from '../../domain/faults.js';
import { parseLogicalPath, type LogicalPath } from '../../domain/logical-path.js';
import type { FoundFile } from '../../domain/media/diff-scan.js';
import type { PlaybackWork, SourceIdentity } from '../../domain/media/playback-work.js';
import { findFile } from '../../integrations/files/find-file.js';
import { hashHeadAndTail } from '../../integrations/files/head-tail.js';
import { requireRoot } from '../../integrations/files/target.js';
import type { ActivityDeps } from '../deps.js';
import { sourceGone } from './source-gone.js';

type SourceDeps = Pick<ActivityDeps, 'db' | 'roots'>;

/**
 * What a source is known by while an encode lasts.
 * @throws Fault environment (mount_gone) while its root is away, gone where the file is not there.
 */
export async function identityOf(deps: SourceDeps, source: LogicalPath): Promise<SourceIdentity> {
  const { sizeBytes, modifiedMs } = await requireFile(deps, source);
  return { sizeBytes, modifiedMs, headTailHash: await hashHeadAndTail(deps.roots.resolve(source)) };
}

async function requireFile(deps: SourceDeps, source: LogicalPath): Promise<FoundFile> {
  const { root, relative } = parseLogicalPath(source);
  const hostRoot = deps.roots.folderOf(root);
  await requireRoot(hostRoot);
  const found = await findFile(hostRoot, relative);
  if (found === undefined) throw await sourceGone(deps, source);
  return found;
}

/**
 * Host path of a source that is what it was when its plan was made.
 * @throws Fault bad_input where somebody has written to it since, and as identityOf.
 */
export async function requireSource(deps: SourceDeps, { source, identity }: PlaybackWork): Promise<string> {
  const { sizeBytes, modifiedMs } = await requireFile(deps, source);
  if (sizeBytes === identity.sizeBytes && modifiedMs === identity.modifiedMs)
    return deps.roots.resolve(source);
  throw new Fault('bad_input', `The video ${source} was changed while it was encoded`, {
    remedy: 'Start a new job once nobody writes to it any more',
  });
}
