import type { Command } from 'commander';

import { RECYCLE_DAYS } from '../../domain/acquisition/recycle.js';
import { Fault } from '../../domain/faults.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-status.js';
import type { ProgramDeps } from '../program-deps.js';
import { recycledList, restored } from '../recycle-answers.js';
import { recycledTable, restoredLines } from '../render/recycle.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { runToEnd } from '../watch/run-to-end.js';
import { wholeNumber } from './parse-option.js';

export function addLibraryRecycleCommands(library: Command, deps: ProgramDeps): void {
  const group = library
    .command('recycle')
    .description('The recycle bins: what Longplay has taken out of the libraries.')
    .addHelpText('after', HELP);
  addList(group, deps);
  addRestore(group, deps);
  addEmpty(group, deps);
}

interface ListOptions extends SharedOptions {
  library?: string;
  job?: string;
  all?: true;
  limit: number;
  cursor?: string;
}

function addList(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('list')
    .description('Lists what is in the bins, newest first.')
    .option('--library <id>', 'of this library')
    .option('--job <id>', 'what this job has recycled')
    .option('--all', 'also what was restored or removed for good')
    .option('--limit <n>', 'how many', wholeNumber({ min: 1, max: 200 }), 50)
    .option('--cursor <cursor>', 'go on from where a list ended');
  withApiOptions(command).action(async (options: ListOptions) => {
    const { client, output } = await openSession(deps, options);
    const { library: libraryId, job: jobId, all, limit, cursor } = options;
    const query = { libraryId, jobId, limit, cursor, ...(all === true ? { all: 'true' } : {}) };
    const page = await client.send({ path: '/api/recycled-files', query, answer: recycledList });
    output.show(page, () =>
      page.recycledFiles.length === 0
        ? ['The recycle bins are empty.']
        : recycledTable(page.recycledFiles, output.width),
    );
    if (page.next !== null && !output.json) output.note(`More: --cursor ${page.next}`);
  });
}

function addRestore(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('restore')
    .description('Puts files back where they were, and never over others. Exit status 1 when one stays.')
    .argument('[id...]', 'files, as "library recycle list" names them')
    .option('--job <id>', 'all that this job has recycled')
    .option('--dry-run', 'only tell what would be put back');
  withApiOptions(command).action(
    async (ids: string[], options: SharedOptions & { job?: string; dryRun?: true }) => {
      if ((ids.length === 0) === (options.job === undefined)) {
        throw new Fault('bad_input', 'Expected either ids of recycled files or --job', {
          remedy: 'See "longplay library recycle list"',
        });
      }
      const { client, output, endWith } = await openSession(deps, options);
      const which = options.job === undefined ? { ids } : { jobId: options.job };
      const told = await client.send({
        method: 'POST',
        path: '/api/recycled-files/restore',
        body: { ...which, dryRun: options.dryRun === true },
        answer: restored,
      });
      output.show(told, () => restoredLines(told));
      if (told.refused.length > 0) endWith(EXIT.failed);
    },
  );
}

interface EmptyOptions extends SharedOptions {
  olderThanDays: number;
  library?: string;
  dryRun?: true;
  yes?: true;
}

function addEmpty(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('empty')
    .description('Removes for good what has been in the bins for long enough, and waits for it.')
    .option('--older-than-days <n>', '0: everything', wholeNumber({ min: 0, max: 3_650 }), RECYCLE_DAYS)
    .option('--library <id>', 'only this library')
    .option('--dry-run', 'only tell what would be removed')
    .option('-y, --yes', 'do not ask');
  withApiOptions(command).action(async (options: EmptyOptions) => {
    const { olderThanDays, library: libraryId } = options;
    const dryRun = options.dryRun === true;
    const session = await openSession(deps, options);
    const question = `Remove for good what was recycled ${olderThanDays} days ago and earlier?`;
    if (!dryRun && options.yes !== true && !(await confirm(deps, question))) {
      session.output.note('Nothing was removed.');
      return;
    }
    await runToEnd(session, { type: 'empty_recycle_bin', params: { olderThanDays, libraryId, dryRun } });
  });
}

const HELP = `
Examples:
  longplay library recycle list --library library
  longplay library recycle restore recycled-7k2m9q4d
  longplay library recycle restore --job merge_chapters-7k2m9q4d --dry-run
  longplay library recycle empty --older-than-days 0 --dry-run`;
