import { randomUUID } from 'node:crypto';

import type { Command } from 'commander';

import { job } from '../answers.js';
import { confirm } from '../confirm.js';
import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { watchToEnd } from '../watch/watch-to-end.js';

export function addLibraryDelete(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('delete')
    .description('Takes an item out of its library, into the recycle bin, and waits for it.')
    .argument('<item>', 'the library item')
    .option('--dry-run', 'only tell what would be taken, in the job’s log')
    .option('-y, --yes', 'do not ask');
  withApiOptions(command).action(
    async (libraryItemId: string, options: SharedOptions & { dryRun?: true; yes?: true }) => {
      const session = await openSession(deps, options);
      const dryRun = options.dryRun === true;
      const question = `Move the files of ${libraryItemId} to the recycle bin?`;
      if (!dryRun && options.yes !== true && !(await confirm(deps, question))) {
        session.output.note('Nothing was taken.');
        return;
      }
      const created = await session.client.send({
        method: 'POST',
        path: '/api/jobs',
        body: { type: 'delete_item', params: { libraryItemId, dryRun } },
        headers: { 'idempotency-key': randomUUID() },
        answer: job,
      });
      await watchToEnd(session, created.id);
    },
  );
}
