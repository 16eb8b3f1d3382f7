import type { Command } from 'commander';

import { jobStats } from '../operations-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { statsTables } from '../render/stats.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

export function addJobStatsCommand(group: Command, deps: ProgramDeps): void {
  withApiOptions(
    group
      .command('stats')
      .description('Counts jobs by type and status, and what waits and runs on each queue.'),
  ).action(async (options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const stats = await client.send({ path: '/api/jobs/stats', answer: jobStats });
    output.show(stats, () => statsTables(stats, output.width));
  });
}
