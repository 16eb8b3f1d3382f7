import { randomUUID } from 'node:crypto';

import type { Command } from 'commander';
import { z } from 'zod';

import type { ProgramDeps } from '../program-deps.js';
import { stateOf } from '../render/job.js';
import { firingTable, scheduleDetails, scheduleTable } from '../render/schedule.js';
import { firingList, schedule, scheduleList, triggered } from '../schedule-answers.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { wholeNumber } from './parse-option.js';
import { addScheduleWriteCommands, schedulePath, showSaved } from './schedule-write.js';

interface PageOptions extends SharedOptions {
  limit: number;
  cursor?: string;
}

export function addScheduleCommands(program: Command, deps: ProgramDeps): void {
  const group = program
    .command('schedule')
    .description('Makes jobs at given times: lists, adds, edits and triggers schedules.')
    .addHelpText('after', HELP);
  addList(group, deps);
  addShow(group, deps);
  addScheduleWriteCommands(group, deps);
  addEnabling(group, deps);
  addTrigger(group, deps);
  addFirings(group, deps);
  addRemove(group, deps);
}

function addList(group: Command, deps: ProgramDeps): void {
  withPage(group.command('list').description('Lists schedules, newest first.')).action(
    async (options: PageOptions) => {
      const { client, output } = await openSession(deps, options);
      const page = await client.send({
        path: '/api/schedules',
        query: pageOf(options),
        answer: scheduleList,
      });
      output.show(page, () =>
        page.schedules.length === 0
          ? ['No schedules. See "longplay schedule add --help".']
          : scheduleTable(page.schedules, output.width),
      );
      if (page.next !== null && !output.json) output.note(`More: --cursor ${page.next}`);
    },
  );
}

function addShow(group: Command, deps: ProgramDeps): void {
  const command = group.command('show').description('Shows one schedule.').argument('<id>', 'the schedule');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await client.send({ path: schedulePath(id), answer: schedule });
    output.show(found, () => scheduleDetails(found));
  });
}

const ENABLING = {
  enable: 'Lets a schedule fire at its times.',
  disable: 'Lets a schedule rest; times that pass meanwhile are not made up for.',
} as const;

function addEnabling(group: Command, deps: ProgramDeps): void {
  for (const [word, description] of Object.entries(ENABLING)) {
    withApiOptions(group.command(word).description(description).argument('<id>', 'the schedule')).action(
      async (id: string, options: SharedOptions) => {
        const session = await openSession(deps, options);
        const path = `${schedulePath(id)}/${word}`;
        showSaved(session, await session.client.send({ method: 'POST', path, answer: schedule }));
      },
    );
  }
}

function addTrigger(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('trigger')
    .description('Makes the job of a schedule now, also of a disabled one.')
    .argument('<id>', 'the schedule')
    .option('--key <key>', 'a repeat with the same key makes no second job');
  withApiOptions(command).action(async (id: string, options: SharedOptions & { key?: string }) => {
    const { client, output } = await openSession(deps, options);
    const path = `${schedulePath(id)}/trigger`;
    const headers = { 'idempotency-key': options.key ?? randomUUID() };
    const told = await client.send({ method: 'POST', path, headers, answer: triggered });
    const { job, outcome } = told;
    output.show(told, () => [
      outcome === 'skipped'
        ? `Skipped: an equal job is open. ${job.id} ${job.status}: ${stateOf(job)}`
        : `${job.id} ${job.status}: ${stateOf(job)}`,
    ]);
  });
}

function addFirings(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('firings')
    .description('Lists when a schedule fired, newest first, and what came of it.')
    .argument('<id>', 'the schedule');
  withPage(command).action(async (id: string, options: PageOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `${schedulePath(id)}/firings`;
    const page = await client.send({ path, query: pageOf(options), answer: firingList });
    output.show(page, () =>
      page.firings.length === 0 ? ['It has not fired yet.'] : firingTable(page.firings, output.width),
    );
    if (page.next !== null && !output.json) output.note(`More: --cursor ${page.next}`);
  });
}

function addRemove(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('remove')
    .description('Removes a schedule with its list of firings; its jobs stay.')
    .argument('<id>', 'the schedule');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    await client.send({ method: 'DELETE', path: schedulePath(id), answer: z.unknown() });
    output.show({ removed: id }, () => [`Removed ${id}.`]);
  });
}

function withPage(command: Command): Command {
  return withApiOptions(
    command
      .option('--limit <n>', 'how many', wholeNumber({ min: 1, max: 200 }), 50)
      .option('--cursor <cursor>', 'go on from where a list ended'),
  );
}

function pageOf({ limit, cursor }: PageOptions): { limit: number; cursor: string | undefined } {
  return { limit, cursor };
}

const HELP = `
Examples:
  longplay schedule add library_scan --id nightly-scan --params '{"libraryId": "library"}' --cron "30 3 * * *" --timezone Europe/Berlin
  longplay schedule edit nightly-scan --every 6h
  longplay schedule trigger nightly-scan
  longplay schedule firings nightly-scan --limit 10`;
