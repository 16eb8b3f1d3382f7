import { chmod, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { fileTags } from '../../domain/acquisition/book-tags.js';
import { Fault } from '../../domain/faults.js';
import { withDeadline } from '../../integrations/deadline.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import type { PublishedFile, StagedFile } from '../../integrations/files/publish-set.js';
import { syncFile } from '../../integrations/files/sync.js';
import { differingTags } from '../../media/read-back.js';
import { retag } from '../../media/tags/retag.js';
import { mayTakeTags, tagFormat } from '../../media/tags/tag-format.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import type { ImportPlan } from './import-plan.js';

/** acquisition.md §5.4. */
const TIMEOUT_MS = 120_000;

interface Tagging {
  staged: StagedFile;
  plan: ImportPlan;
  step: StepContext;
}

/** Not as a link: its tags are wanted whatever they cost. */
export function wantsOwn({ writeTags }: ImportPlan, name: string): boolean {
  return writeTags === 'always' && mayTakeTags(name);
}

/**
 * Writes the tags of the item into a staged sound file; true when another file is in its place now. Without them the
 * file is a book too, so that nothing of it fails an import but what would fail it anyway.
 * @throws the signal's reason; Fault environment (disk_full).
 */
export async function tagStaged(deps: ActivityDeps, tagging: Tagging): Promise<boolean> {
  const { staged, plan, step } = tagging;
  const index = plan.media.findIndex(({ name }) => name === staged.name);
  if (plan.writeTags === 'never' || index < 0 || !mayTakeTags(staged.name)) return false;
  // In our own stage, on the disk of the library (acquisition.md §8 no. 37).
  const output = path.join(path.dirname(staged.hostPath), `.tags-${index}${path.extname(staged.name)}`);
  try {
    return await withDeadline({ signal: step.signal, timeoutMs: TIMEOUT_MS }, (signal) =>
      writeTags(deps, tagging, { output, index, signal }),
    );
  } catch (error) {
    if (step.signal.aborted) throw step.signal.reason;
    const fault = diskFault(error);
    if (fault instanceof Fault && fault.waitingReason === 'disk_full') throw fault;
    step.log('warn', `files ${staged.name} without tags: ${fault.message}`);
    return false;
  } finally {
    await rm(output, { force: true });
  }
}

async function writeTags(
  { media }: ActivityDeps,
  { staged: { hostPath }, plan }: Tagging,
  { output, index, signal }: { output: string; index: number; signal: AbortSignal },
): Promise<boolean> {
  const read = await media.probe(hostPath, signal);
  const format = tagFormat(read);
  if (format === undefined)
    throw new Fault('bad_input', `Expected a file that FFmpeg can write tags into, it is ${read.container}`);
  const part = { number: index + 1, of: plan.media.length, title: read.tags['title'] };
  const tags = fileTags(plan.item, format.family, part);
  if (differingTags(tags, read).length === 0) return false;
  await retag(media, { source: hostPath, read, output, format, tags, signal });
  await takePlace(output, hostPath);
  return true;
}

async function takePlace(output: string, hostPath: string): Promise<void> {
  const { mode } = await stat(hostPath);
  // Network mounts may refuse it (acquisition.md §8 no. 32).
  await chmod(output, mode).catch(() => undefined);
  await syncFile(output);
  await rename(output, hostPath);
}

/** Which sound files have no tags of ours though the library wants some, by no failure. */
export function tellUntagged(
  { media, writeTags }: ImportPlan,
  { published, step }: { published: readonly PublishedFile[]; step: StepContext },
): void {
  if (writeTags === 'never') return;
  const isMedia = new Set(media.map(({ name }) => name));
  const filed = published.filter(({ name }) => isMedia.has(name));
  const tagged = filed.filter(({ sourceSha256 }) => sourceSha256 !== undefined);
  const linked = filed.filter(({ mode }) => mode === 'hardlink');
  const others = filed.filter(({ name, mode }) => mode !== 'hardlink' && !mayTakeTags(name));
  if (tagged.length > 0) step.log('info', `wrote tags into ${tagged.length} of ${filed.length} files`);
  if (linked.length > 0)
    step.log('info', `leaves ${linked.length} files as they are: they are links to their download`);
  for (const { name } of others) step.log('info', `leaves ${name} as it is: its format takes no tags`);
}
