import { Option, type Command } from 'commander';

import { Fault } from '../../domain/faults.js';
import { JOB_STATUSES } from '../../domain/jobs/status.js';
import { attemptList, job, jobList, jobTypeList } from '../answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { jobDetails, jobTable } from '../render/job.js';
import { attemptTable } from '../render/attempt.js';
import { formatTable } from '../render/table.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { wholeNumber } from './parse-option.js';

interface ListOptions extends SharedOptions {
  status?: string;
  type?: string;
  parent?: string;
  search?: string;
  limit: number;
  cursor?: string;
}

export function addJobReadCommands(group: Command, deps: ProgramDeps): void {
  addList(group, deps);
  withApiOptions(group.command('show').description('Shows one job.').argument('<id>', 'the job')).action(
    async (id: string, options: SharedOptions) => {
      const { client, output } = await openSession(deps, options);
      const found = await client.send({ path: jobPath(id), answer: job });
      output.show(found, () => jobDetails(found));
    },
  );
  withApiOptions(
    group.command('attempts').description('Shows every execution of every step.').argument('<id>', 'the job'),
  ).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await client.send({ path: `${jobPath(id)}/attempts`, answer: attemptList });
    output.show(found, () => attemptTable(found.attempts, output.width));
  });
  addTypes(group, deps);
}

/** @param id as somebody typed it. */
export function jobPath(id: string): string {
  return `/api/jobs/${encodeURIComponent(id)}`;
}

function addList(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('list')
    .description('Lists jobs, newest first.')
    .addOption(new Option('--status <status,…>', `any of ${JOB_STATUSES.join(', ')}`))
    .option('--type <type,…>', 'types of job')
    .option('--parent <id>', 'only the parts of this job')
    .option('--search <text>', 'words of the title, or the beginning of an id')
    .option('--limit <n>', 'how many', wholeNumber({ min: 1, max: 200 }), 50)
    .option('--cursor <cursor>', 'go on from where a list ended');
  withApiOptions(command).action(async (options: ListOptions) => {
    const { client, output } = await openSession(deps, options);
    const { json: _json, url: _url, ...query } = options;
    const page = await client.send({ path: '/api/jobs', query, answer: jobList });
    output.show(page, () => (page.jobs.length === 0 ? ['No jobs.'] : jobTable(page.jobs, output.width)));
    if (page.next !== null && !output.json) output.note(`More: --cursor ${page.next}`);
  });
}

function addTypes(group: Command, deps: ProgramDeps): void {
  withApiOptions(
    group
      .command('types')
      .description('Lists the types of job, with the JSON schema of their params.')
      .argument('[type]', 'only this one'),
  ).action(async (type: string | undefined, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const { types } = await client.send({ path: '/api/jobs/types', answer: jobTypeList });
    const wanted = types.filter((known) => type === undefined || isNamed(known, type));
    if (type !== undefined && wanted.length === 0) {
      throw new Fault('bad_input', `Expected a known job type, got "${type}"`, {
        remedy: '"longplay job types" lists them',
      });
    }
    output.show({ types: wanted }, () =>
      type === undefined
        ? formatTable({
            columns: [{ title: 'TYPE' }, { title: 'DIRECT' }, { title: 'WHAT IT DOES' }],
            rows: wanted.map(({ type: name, direct, summary }) => [name, direct ? 'yes' : '', summary]),
          })
        : wanted.map((known) => JSON.stringify(known.params, null, 2)),
    );
  });
}

function isNamed({ type, aliases }: { type: string; aliases: string[] }, name: string): boolean {
  return type === name || aliases.includes(name);
}
