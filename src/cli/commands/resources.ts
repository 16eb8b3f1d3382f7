import type { Command } from 'commander';

import type { ProgramDeps } from '../program-deps.js';
import { resourceTables } from '../render/resources.js';
import { resources } from '../resource-answers.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

export function addResourcesCommand(program: Command, deps: ProgramDeps): void {
  withApiOptions(
    program
      .command('resources')
      .description('Shows VRAM, encoder sessions and cores of each worker: who holds them, and who waits.'),
  ).action(async (options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await client.send({ path: '/api/resources', answer: resources });
    output.show(found, () => resourceTables(found, output.width));
  });
}
