import type { Command } from 'commander';

import { workerList } from '../operations-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { workerTable } from '../render/workers.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

export function addWorkersCommand(program: Command, deps: ProgramDeps): void {
  withApiOptions(
    program.command('workers').description('Lists the worker processes that are alive, and what they serve.'),
  ).action(async (options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await client.send({ path: '/api/workers', answer: workerList });
    output.show(found, () => workerTable(found.workers, output.width));
  });
}
