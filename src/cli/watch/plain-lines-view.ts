import { isTerminal } from '../../domain/jobs/status.js';
import type { Job } from '../answers.js';
import type { Output } from '../output.js';
import { formatPercent } from '../../domain/jobs/amounts.js';
import { stateOf } from '../render/job.js';
import type { TreeView } from './follow-job-tree.js';

/** For logs and pipes: one line when a job's state changes or another tenth is done, not for each per cent. */
export function createPlainLinesView(output: Output): TreeView {
  const told = new Map<string, string>();
  return {
    change: (job, depth) => {
      const state = changeOf(job);
      if (told.get(job.id) === state) return;
      told.set(job.id, state);
      output.lines([
        `${'  '.repeat(depth)}${job.title} [${job.status} ${formatPercent(job.progress)}] ${stateOf(job)}`,
      ]);
    },
    lost: () => {
      output.note('The connection to Longplay broke; connecting again …');
    },
    back: () => {
      output.note('Connected again.');
    },
  };
}

function changeOf(job: Job): string {
  const words = job.status === 'running' ? job.step : job.sentence;
  const tenth = isTerminal(job.status) ? 10 : Math.floor(job.progress * 10);
  return JSON.stringify([job.status, job.round, job.requested, words, tenth]);
}
