import { Argument, Option, type Command } from 'commander';

import { BULK_MAX } from '../../domain/jobs/bulk.js';
import { JOB_STATUSES } from '../../domain/jobs/status.js';
import { confirm } from '../confirm.js';
import { bulkAnswer, type BulkAnswer } from '../operations-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { bulkLines } from '../render/bulk.js';
import { openSession, withApiOptions, type Session, type SharedOptions } from '../session.js';
import { isoTime, priorityText, wholeNumber } from './parse-option.js';

/** As the commands for one job are called; the API has the names of its wishes. */
const ACTIONS: Record<string, string> = {
  pause: 'pause',
  resume: 'resume',
  cancel: 'cancel',
  retry: 'retry',
  'retry-now': 'retryNow',
  priority: 'setPriority',
};

interface BulkOptions extends SharedOptions {
  status?: string;
  type?: string;
  parent?: string;
  subject?: string;
  search?: string;
  createdAfter?: string;
  createdBefore?: string;
  ids?: string;
  all?: true;
  priority?: number | string;
  limit?: number;
  dryRun?: true;
  yes?: true;
}

export function addJobBulkCommands(group: Command, deps: ProgramDeps): void {
  addBulk(group, deps);
  addCancelRunning(group, deps);
}

function addBulk(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('bulk')
    .description('Does the same to every job that the options name, oldest first.')
    .addArgument(new Argument('<action>', 'what to do').choices(Object.keys(ACTIONS)))
    .addOption(new Option('--status <status,…>', `any of ${JOB_STATUSES.join(', ')}`))
    .option('--type <type,…>', 'types of job')
    .option('--parent <id>', 'only the parts of this job')
    .option('--subject <type:id>', 'what the job is about')
    .option('--search <text>', 'words of the title, or the beginning of an id')
    .option('--created-after <time>', 'ISO 8601, such as 2027-01-31', isoTime)
    .option('--created-before <time>', 'ISO 8601, such as 2027-01-31T12:00:00Z', isoTime)
    .option('--ids <id,…>', 'these jobs')
    .option('--all', 'every job, instead of the options above')
    .option('--priority <priority>', 'for the action priority: 1 to 10, or high, normal, low', priorityText)
    .option('--limit <n>', 'how many jobs at most', wholeNumber({ min: 1, max: BULK_MAX }));
  withConfirmation(command)
    .addHelpText('after', HELP)
    .action(async (action: string, options: BulkOptions) => {
      const { ids, status, type, parent, subject, search, createdAfter, createdBefore } = options;
      const listed = { status, type, parent, subject, search, createdAfter, createdBefore };
      const filter = { ...listed, ids: ids?.split(',').filter((id) => id !== '') };
      const { priority, limit, all } = options;
      const body = { action: ACTIONS[action], priority, limit, all, filter };
      await carryOut(await openSession(deps, options), options, { action, path: '/api/jobs/bulk', body });
    });
}

function addCancelRunning(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('cancel-running')
    .description('Cancels every job that is running.')
    .option('--type <type,…>', 'only these types');
  withConfirmation(command).action(async (options: BulkOptions) => {
    const body = { type: options.type };
    const path = '/api/jobs/cancel-running';
    await carryOut(await openSession(deps, options), options, { action: 'cancel', path, body });
  });
}

function withConfirmation(command: Command): Command {
  return withApiOptions(
    command
      .option('--dry-run', 'only show what would be taken')
      .option('-y, --yes', 'do not ask; without it, what matches is shown first'),
  );
}

interface Order {
  action: string;
  path: string;
  body: object;
}

async function carryOut(session: Session, options: BulkOptions, order: Order): Promise<void> {
  const { output, deps } = session;
  const show = (answer: BulkAnswer): void => {
    output.show(answer, () => bulkLines(answer, order.action, output));
  };
  if (options.yes !== true) {
    const preview = await send(session, order, { dryRun: true });
    if (options.dryRun === true || preview.taken === 0) {
      show(preview);
      return;
    }
    for (const line of bulkLines(preview, order.action, output)) output.note(line);
    const jobs = `${preview.taken}${preview.more ? ' or more' : ''} jobs`;
    if (!(await confirm(deps, `${order.action}: is it right for ${jobs}?`))) {
      output.note('Nothing was changed.');
      return;
    }
  }
  const dryRun = options.dryRun === true;
  show(dryRun ? await send(session, order, { dryRun }) : await sendAll(session, options, order));
}

/** What failed again meanwhile would match again, without end. */
const ONCE = ['retry', 'retry-now'];

/** Call after call while others match, unless a limit was given; one that takes nothing is the last. */
async function sendAll(session: Session, { limit }: BulkOptions, order: Order): Promise<BulkAnswer> {
  let sum = await send(session, order, { dryRun: false });
  let last = sum;
  const isOnce = limit !== undefined || ONCE.includes(order.action);
  while (!isOnce && last.more && last.taken > 0) {
    last = await send(session, order, { dryRun: false });
    sum = {
      ...last,
      matched: sum.matched + last.matched,
      taken: sum.taken + last.taken,
      refused: [...sum.refused, ...last.refused],
      examples: sum.examples,
    };
  }
  return sum;
}

function send(
  { client }: Session,
  { path, body }: Order,
  { dryRun }: { dryRun: boolean },
): Promise<BulkAnswer> {
  return client.send({ method: 'POST', path, body: { ...body, dryRun }, answer: bulkAnswer });
}

const HELP = `
Examples:
  longplay job bulk retry --status failed --type search_indexers --dry-run
  longplay job bulk pause --search frankenstein
  longplay job bulk cancel --status queued --created-before 2027-01-31 --yes
  longplay job bulk priority --priority low --type library_scan

Jobs for which the action makes no sense are refused one by one, with the reason; that is no error.`;
