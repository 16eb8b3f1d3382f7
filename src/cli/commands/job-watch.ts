import type { Command } from 'commander';

import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { watchToEnd } from '../watch/watch-to-end.js';

export function addJobWatchCommand(group: Command, deps: ProgramDeps): void {
  withApiOptions(
    group
      .command('watch')
      .description('Shows a job and its parts until it ends, also across restarts of Longplay.')
      .argument('<id>', 'the job')
      .addHelpText('after', HELP),
  ).action(async (id: string, options: SharedOptions) => {
    await watchToEnd(await openSession(deps, options), id);
  });
}

const HELP = `
Bars on a terminal, else one line for each change; with --json one document a line.
Exit status: 0 completed, 1 failed or cancelled. Ctrl-C ends the watching, not the job.`;
