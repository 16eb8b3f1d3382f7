import type { Output } from '../output.js';
import type { TreeView } from './follow-job-tree.js';

/** For programs: each state that the stream tells, one document a line. */
export function createRecordsView(output: Output): TreeView {
  return {
    change: (job, depth) => {
      output.record({ depth, job });
    },
    lost: () => {
      output.note('The connection to Longplay broke; connecting again …');
    },
    back: () => undefined,
  };
}
