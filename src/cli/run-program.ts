import { CommanderError } from 'commander';

import { errorCode } from '../domain/faults.js';
import { EXIT, exitStatusOf, type ExitStatus } from './exit-status.js';
import { createOutput } from './output.js';
import { errorDocument, errorLines } from './problem.js';
import { createProgram } from './program.js';
import type { ProgramDeps } from './program-deps.js';

/**
 * Runs one command line, without the names of node and script.
 * @returns the exit status; whatever went wrong has been told by then. Never throws.
 */
export async function runProgram(
  deps: Omit<ProgramDeps, 'setExitStatus'>,
  argv: string[],
): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.ok;
  const program = createProgram({
    ...deps,
    setExitStatus: (wished) => {
      status = wished;
    },
  });
  ignoreBrokenPipe(deps.stdout);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    // Commander has told it already, help and version included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    tell(deps, error, argv);
    return exitStatusOf(error);
  }
}

/** Who pipes into `head` has seen enough; that is no error of ours. */
function ignoreBrokenPipe(stdout: NodeJS.WritableStream): void {
  stdout.on('error', (error: unknown) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
}

/** With `--json` the error is a document too, on the error stream, so that the other one stays data. */
function tell(deps: Omit<ProgramDeps, 'setExitStatus'>, error: unknown, argv: string[]): void {
  const output = createOutput({ ...deps, json: false });
  const lines = argv.includes('--json') ? [JSON.stringify(errorDocument(error))] : errorLines(error);
  for (const line of lines) output.note(line);
}
