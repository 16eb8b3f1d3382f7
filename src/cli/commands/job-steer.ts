import { Argument, type Command } from 'commander';

import { job, type Job } from '../answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { stateOf } from '../render/job.js';
import { openSession, withApiOptions, type Session, type SharedOptions } from '../session.js';
import { jobPath } from './job-read.js';
import { priorityText } from './parse-option.js';

/** The wishes of jobs.md §5: the API stores them and answers at once, before they are true. */
const WISHES = {
  pause: 'Ends the running step at its checkpoint and frees what it holds.',
  resume: 'Lets a paused job go on from where it stopped.',
  cancel: 'Ends a job and undoes what it left half done.',
  retry: 'Begins a new round of a job that has ended.',
  'retry-now': 'Ends the wait before the next try.',
} as const;

export function addJobSteerCommands(group: Command, deps: ProgramDeps): void {
  for (const [wish, description] of Object.entries(WISHES)) {
    withApiOptions(group.command(wish).description(description).argument('<id>', 'the job')).action(
      async (id: string, options: SharedOptions) => {
        const session = await openSession(deps, options);
        const path = `${jobPath(id)}/${wish}`;
        showWished(session, await session.client.send({ method: 'POST', path, answer: job }));
      },
    );
  }
  withApiOptions(
    group
      .command('priority')
      .description('Moves a job within the queues, and its parts with it.')
      .argument('<id>', 'the job')
      .addArgument(
        new Argument('<priority>', '1 (first) to 10, or high, normal, low').argParser(priorityText),
      ),
  ).action(async (id: string, priority: number | string, options: SharedOptions) => {
    const session = await openSession(deps, options);
    const request = {
      method: 'PUT',
      path: `${jobPath(id)}/priority`,
      body: { priority },
      answer: job,
    } as const;
    showWished(session, await session.client.send(request));
  });
}

function showWished({ output }: Session, answered: Job): void {
  output.show(answered, () => [`${answered.id} ${answered.status}: ${stateOf(answered)}`]);
}
