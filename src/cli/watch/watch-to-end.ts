import type { Job } from '../answers.js';
import { EXIT } from '../exit-status.js';
import type { Session } from '../session.js';
import { stateOf } from '../render/job.js';
import { createBarsView } from './bars-view.js';
import { followJobTree, type TreeView } from './follow-job-tree.js';
import { listenForInterruption } from './interruption.js';
import { createPlainLinesView } from './plain-lines-view.js';
import { createRecordsView } from './records-view.js';

/** Shows a job until it ends; its outcome becomes the exit status. */
export async function watchToEnd(session: Session, id: string): Promise<void> {
  const interruption = listenForInterruption(session.deps.stdout);
  const view = createView(session);
  let ended: Job | undefined;
  try {
    ended = await followJobTree({ client: session.client, id, view, signal: interruption.signal });
  } finally {
    view.stop?.();
    interruption.release();
  }
  tellEnd(session, { id, ended });
}

function createView({ output, deps }: Session): TreeView & { stop?: () => void } {
  if (output.json) return createRecordsView(output);
  return deps.stdout.isTTY === true ? createBarsView(deps.stdout) : createPlainLinesView(output);
}

function tellEnd({ output, endWith }: Session, { id, ended }: { id: string; ended: Job | undefined }): void {
  if (ended === undefined) {
    output.note(`${id} goes on without being watched; "longplay job watch ${id}" shows it again.`);
    endWith(EXIT.interrupted);
    return;
  }
  if (!output.json) output.lines([`${ended.title} ${stateOf(ended)}`]);
  endWith(ended.status === 'completed' ? EXIT.ok : EXIT.failed);
}
