import type { Command } from 'commander';

import { connect } from './connection.js';
import type { ExitStatus } from './exit-status.js';
import type { HttpClient } from './http-client.js';
import { createOutput, type Output } from './output.js';
import type { ProgramDeps } from './program-deps.js';

/** What a command that talks to the API works with. */
export interface Session {
  client: HttpClient;
  output: Output;
  deps: ProgramDeps;
  /** The command goes on to its end; the process then ends with this. */
  endWith: (status: ExitStatus) => void;
}

export interface SharedOptions {
  json?: true;
  url?: string;
}

/** Every command that talks to the API takes the same two options. */
export function withApiOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON instead of text')
    .option('--url <address>', 'where Longplay is, instead of LONGPLAY_URL');
}

export async function openSession(deps: ProgramDeps, options: SharedOptions): Promise<Session> {
  return {
    client: await connect(deps.env, options.url),
    output: createOutput({ ...deps, json: options.json === true }),
    deps,
    endWith: deps.setExitStatus,
  };
}
