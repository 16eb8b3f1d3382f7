import type { Command } from 'commander';

import { confirm } from '../confirm.js';
import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { runToEnd } from '../watch/run-to-end.js';

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
      await runToEnd(session, { type: 'delete_item', params: { libraryItemId, dryRun } });
    },
  );
}
