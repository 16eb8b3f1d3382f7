import { Command } from 'commander';

import { addDoctorCommand } from './commands/doctor.js';
import { addEncodeCommand } from './commands/encode.js';
import { addHealthCommand } from './commands/health.js';
import { addImportCommand } from './commands/import.js';
import { addJobCommands } from './commands/job.js';
import { addMediaCommands } from './commands/media.js';
import { addNotifyCommands } from './commands/notify.js';
import { addRecoverCommand } from './commands/recover.js';
import { addPolicyCommands } from './commands/policy.js';
import { addQueueCommands } from './commands/queue.js';
import { addRequestCommands } from './commands/request.js';
import { addResourcesCommand } from './commands/resources.js';
import { addScheduleCommands } from './commands/schedule.js';
import { addServeCommands } from './commands/serve.js';
import { addSettingCommands } from './commands/setting.js';
import { addTokenCommands } from './commands/token.js';
import { addWorkersCommand } from './commands/workers.js';
import { plainText } from './render/plain-text.js';
import type { ProgramDeps } from './program-deps.js';

/**
 * The whole command line. It throws instead of ending the process: `runProgram` turns what it throws into words
 * and an exit status.
 */
export function createProgram(deps: ProgramDeps): Command {
  const program = new Command('longplay')
    .description('Runs the long jobs of a media house so that nothing is ever lost.')
    .version(deps.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .showSuggestionAfterError()
    .showHelpAfterError('What to do: with --help each command says what it takes')
    .addHelpText('after', HELP);
  // Before the commands are added: they inherit it.
  program.exitOverride().configureOutput({
    writeOut: (text) => deps.stdout.write(text),
    writeErr: (text) => deps.stderr.write(plainText(text)),
    getOutHelpWidth: () => deps.stdout.columns ?? 80,
    getErrHelpWidth: () => deps.stderr.columns ?? 80,
    outputError: (text, write) => {
      write(text.replace(/^error: /, 'Error: '));
    },
  });
  addServeCommands(program, deps);
  addDoctorCommand(program, deps);
  addHealthCommand(program, deps);
  addRecoverCommand(program, deps);
  addRequestCommands(program, deps);
  addJobCommands(program, deps);
  addScheduleCommands(program, deps);
  addQueueCommands(program, deps);
  addWorkersCommand(program, deps);
  addResourcesCommand(program, deps);
  addMediaCommands(program, deps);
  addEncodeCommand(program, deps);
  addSettingCommands(program, deps);
  addPolicyCommands(program, deps);
  addNotifyCommands(program, deps);
  addImportCommand(program, deps);
  addTokenCommands(program, deps);
  return program;
}

const HELP = `
Examples:
  longplay up                                  start everything on this machine
  longplay doctor                              what is here, and what is missing
  longplay request add "Frankenstein" --author "Mary Shelley" --watch
  longplay job list --status running,queued
  longplay job watch request-7k2m9q4d          progress bars until it ends

Environment: LONGPLAY_URL, LONGPLAY_TOKEN, LONGPLAY_DATA; docs/configuration.md has all.
Exit status: 0 done, 1 failed, 2 wrong usage, 3 Longplay not reachable, 4 refused by it, 130 interrupted.`;
