import type { Command } from 'commander';

import { checkLongplay } from '../doctor/check-longplay.js';
import { checkMachine } from '../doctor/check-machine.js';
import { checkPrograms } from '../doctor/check-programs.js';
import { checkServers } from '../doctor/check-servers.js';
import { EXIT } from '../exit-status.js';
import type { ProgramDeps } from '../program-deps.js';
import { findingLines } from '../render/finding.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

export function addDoctorCommand(program: Command, deps: ProgramDeps): void {
  withApiOptions(
    program
      .command('doctor')
      .description('Says what is here, in which version and where, and how to get what is missing.')
      .addHelpText('after', HELP),
  ).action(async (options: SharedOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const { env } = deps;
    const groups = await Promise.all([
      checkMachine(env, { version: process.version, path: process.execPath }),
      checkPrograms(env),
      checkServers(env),
      checkLongplay(client, env),
    ]);
    const findings = groups.flat();
    const healthy = findings.every(({ state }) => state !== 'broken');
    output.show({ healthy, findings }, () => findingLines(findings));
    if (!healthy) endWith(EXIT.failed);
  });
}

const HELP = `
Works without Longplay running; while it runs, its indexers, download clients and libraries are tested too, and what
"longplay health" has found open is shown.
Exit status: 0 when Longplay can run, 1 when something must be put right first.`;
