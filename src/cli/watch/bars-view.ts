import { MultiBar, type SingleBar } from 'cli-progress';

import { isTerminal } from '../../domain/jobs/status.js';
import type { Job } from '../answers.js';
import type { TextStream } from '../output.js';
import { formatDuration } from '../../domain/jobs/amounts.js';
import { stateOf } from '../render/job.js';
import { plainText } from '../render/plain-text.js';
import { cut } from '../render/table.js';
import type { TreeView } from './follow-job-tree.js';

export interface BarsView extends TreeView {
  /** A line above the bars. */
  print: (line: string) => void;
  /** Draws the last state and gives the terminal back as it was. */
  stop: () => void;
}

const TITLE_COLUMNS = 34;
const BAR_COLUMNS = 24;
const STEPS = 1_000;

/** One bar a job, as many as the terminal has lines. */
export function createBarsView(stdout: TextStream): BarsView {
  const multi = new MultiBar({
    stream: stdout,
    format: '{title} {bar} {percentage} % {state}',
    barsize: BAR_COLUMNS,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    // The command itself hears Ctrl-C, and stops the bars before it ends.
    gracefulExit: false,
    fps: 10,
  });
  const bars = new Map<string, SingleBar>();
  const room = Math.max(1, (stdout.rows ?? 24) - 2);
  let first: string | undefined;
  const say = (state: string): void => {
    if (first !== undefined) bars.get(first)?.update({ state });
  };
  return {
    change: (job, depth) => {
      first ??= job.id;
      const done = Math.floor(job.progress * STEPS);
      const payload = { title: titleOf(job, depth), state: shortState(job, stdout.columns ?? 80) };
      const bar = bars.get(job.id);
      if (bar !== undefined) bar.update(done, payload);
      else if (bars.size < room) bars.set(job.id, multi.create(STEPS, done, payload));
    },
    lost: () => {
      say('Longplay does not answer; connecting again …');
    },
    back: () => {
      say('connected again');
    },
    print: (line) => {
      multi.log(`${plainText(line)}\n`);
    },
    stop: () => {
      // Otherwise the last lines above the bars would be lost.
      multi.update();
      multi.stop();
    },
  };
}

function titleOf({ title }: Job, depth: number): string {
  const indented = depth === 0 ? title : `${'  '.repeat(depth - 1)}└ ${title}`;
  return cut(oneLine(indented), TITLE_COLUMNS).padEnd(TITLE_COLUMNS);
}

function shortState(job: Job, columns: number): string {
  const left =
    job.etaMs === null || isTerminal(job.status) ? '' : `about ${formatDuration(job.etaMs)} left, `;
  return cut(oneLine(left + stateOf(job)), Math.max(10, columns - TITLE_COLUMNS - BAR_COLUMNS - 9));
}

function oneLine(text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ').trimEnd();
}
