import { Option, type Command } from 'commander';

import type { Log } from '../answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { logLine } from '../render/job.js';
import { openSession, withApiOptions, type Session, type SharedOptions } from '../session.js';
import { followLogs } from '../watch/follow-logs.js';
import { readLogs, type LogWish } from '../watch/read-logs.js';
import { wholeNumber } from './parse-option.js';

interface LogOptions extends SharedOptions {
  follow?: true;
  level?: string;
  after: number;
}

export function addJobLogsCommand(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('logs')
    .description('Prints the log of a job, oldest first.')
    .argument('<id>', 'the job')
    .option('-f, --follow', 'stay and print what comes, until the job ends')
    .addOption(new Option('--level <level>', 'only this level').choices(['info', 'warn', 'error']))
    .option(
      '--after <id>',
      'only lines after this one',
      wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      0,
    );
  withApiOptions(command).action(async (id: string, options: LogOptions) => {
    const session = await openSession(deps, options);
    const wish: LogWish = { id, level: options.level, after: options.after };
    await (options.follow === true ? followLogs(session, wish) : printLogs(session, wish));
  });
}

/** Page by page, so that a long log needs no memory; only `--json` makes one document of it. */
async function printLogs({ client, output }: Session, wish: LogWish): Promise<void> {
  const all: Log[] = [];
  for await (const logs of readLogs(client, wish)) {
    if (output.json) all.push(...logs);
    else output.lines(logs.map(logLine));
  }
  if (output.json) output.show({ logs: all, next: all.at(-1)?.id ?? wish.after }, () => []);
}
