import type { Command } from 'commander';

import { EXIT } from '../exit-status.js';
import { healthList } from '../operations-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { healthLines } from '../render/health.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

export function addHealthCommand(program: Command, deps: ProgramDeps): void {
  withApiOptions(
    program
      .command('health')
      .description(
        'Says how indexers, clients, libraries, disks, schedules and queues were at the last look.',
      )
      .addHelpText('after', HELP),
  ).action(async (options: SharedOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const found = await client.send({ path: '/api/health/checks', answer: healthList });
    output.show(found, () => healthLines(found.checks, output.width));
    if (found.checks.some(({ level }) => level === 'error')) endWith(EXIT.failed);
  });
}

const HELP = `
It is looked every 10 minutes; now: longplay job create health_check
Exit status: 0 when nothing is in error, 1 when something is.`;
