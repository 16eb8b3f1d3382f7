import type { Command } from 'commander';

import type { ProgramDeps } from '../program-deps.js';
import { addJobBulkCommands } from './job-bulk.js';
import { addJobCreateCommand } from './job-create.js';
import { addJobLogsCommand } from './job-logs.js';
import { addJobReadCommands } from './job-read.js';
import { addJobStatsCommand } from './job-stats.js';
import { addJobSteerCommands } from './job-steer.js';
import { addJobWatchCommand } from './job-watch.js';

export function addJobCommands(program: Command, deps: ProgramDeps): void {
  const job = program
    .command('job')
    .description('Lists, watches, creates and steers jobs.')
    .addHelpText('after', HELP);
  addJobReadCommands(job, deps);
  addJobLogsCommand(job, deps);
  addJobWatchCommand(job, deps);
  addJobCreateCommand(job, deps);
  addJobSteerCommands(job, deps);
  addJobStatsCommand(job, deps);
  addJobBulkCommands(job, deps);
}

const HELP = `
Examples:
  longplay job list --status failed --limit 10
  longplay job watch request-7k2m9q4d
  longplay job create library_scan --params '{"libraryId": "library"}' --watch
  longplay job cancel request-7k2m9q4d`;
