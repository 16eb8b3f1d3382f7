import type { Command } from 'commander';

import type { ProgramDeps } from '../program-deps.js';
import { scheduleDetails } from '../render/schedule.js';
import { schedule, type Schedule } from '../schedule-answers.js';
import { openSession, withApiOptions, type Session, type SharedOptions } from '../session.js';
import { duration, priorityText, wholeNumber } from './parse-option.js';
import { readObject } from './read-input.js';

interface SettingOptions extends SharedOptions {
  name?: string;
  params?: string;
  cron?: string;
  every?: number;
  timezone?: string;
  jitter?: number;
  catchup?: number;
  priority?: number | string;
  maxRetries?: number;
}

interface AddOptions extends SettingOptions {
  id?: string;
  disabled?: true;
}

export function addScheduleWriteCommands(group: Command, deps: ProgramDeps): void {
  addAdd(group, deps);
  addEdit(group, deps);
}

function addAdd(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('add')
    .description('Adds a schedule that makes a job at each of its times.')
    .argument('<type>', 'what it makes, see "longplay job types"');
  withSettings(command)
    .option('--id <id>', 'default: schedule- and eight letters')
    .option('--disabled', 'add it, but let it rest')
    .addHelpText('after', ADD_HELP);
  withApiOptions(command).action(async (type: string, options: AddOptions) => {
    const session = await openSession(deps, options);
    const { id, disabled, name = `${type} by schedule` } = options;
    const body = { ...(await given(deps, options)), type, name, id, enabled: disabled !== true };
    showSaved(
      session,
      await session.client.send({ method: 'POST', path: '/api/schedules', body, answer: schedule }),
    );
  });
}

function addEdit(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('edit')
    .description('Changes what is given, and leaves the rest as it is.')
    .argument('<id>', 'the schedule');
  withSettings(command).option('--type <type>', 'what it makes').addHelpText('after', EDIT_HELP);
  withApiOptions(command).action(async (id: string, options: SettingOptions & { type?: string }) => {
    const session = await openSession(deps, options);
    const path = schedulePath(id);
    const changed = { ...(await given(deps, options)), type: options.type };
    const before = await session.client.send({ path, answer: schedule });
    const body = { ...settingsOf(before), ...withoutAbsent(changed) };
    showSaved(session, await session.client.send({ method: 'PUT', path, body, answer: schedule }));
  });
}

/** @param id as somebody typed it. */
export function schedulePath(id: string): string {
  return `/api/schedules/${encodeURIComponent(id)}`;
}

export function showSaved({ output }: Session, saved: Schedule): void {
  output.show(saved, () => scheduleDetails(saved));
  if (!saved.applied && !output.json) {
    output.note(`Stored; Temporal gets it by itself: ${saved.applyError ?? 'it is being brought there'}`);
  }
}

function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'for people; each schedule has its own')
    .option('--params <json>', 'of its jobs: a JSON object, @file, or - for the standard input')
    .option('--cron <fields>', 'minute, hour, day of month, month, day of week, such as "30 3 * * *"')
    .option('--every <time>', 'instead of --cron: 30s, 15m, 6h or 1d; at least 10s', duration)
    .option('--timezone <name>', 'that --cron is read in, such as Europe/Berlin; default UTC')
    .option('--jitter <time>', 'each firing is late by up to so much, such as 5m', duration)
    .option('--catchup <time>', 'what was missed no longer ago is made up for; default 10m', duration)
    .option('--priority <priority>', 'of its jobs: 1 (first) to 10, or high, normal, low', priorityText)
    .option('--max-retries <n>', 'how many failures a step may have', wholeNumber({ min: 0, max: 10 }));
}

async function given(deps: ProgramDeps, options: SettingOptions): Promise<Record<string, unknown>> {
  const { name, cron, every, timezone, jitter, catchup, priority, maxRetries, params } = options;
  return {
    name,
    params: params === undefined ? undefined : await readObject(deps, params),
    // One takes the other's place.
    cron: cron ?? (every === undefined ? undefined : null),
    everyMs: every ?? (cron === undefined ? undefined : null),
    timezone,
    jitterMs: jitter,
    catchupWindowMs: catchup,
    priority,
    maxRetries,
  };
}

function settingsOf(before: Schedule): Record<string, unknown> {
  const { name, type, params, priority, maxRetries, cron, everyMs, timezone, jitterMs } = before;
  const { catchupWindowMs } = before;
  return { name, type, params, priority, maxRetries, cron, everyMs, timezone, jitterMs, catchupWindowMs };
}

function withoutAbsent(changed: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}

const ADD_HELP = `
Examples:
  longplay schedule add library_scan --params '{"libraryId": "library"}' --cron "30 3 * * *" --timezone Europe/Berlin
  longplay schedule add library_scan --id scan --params @scan.json --every 6h --jitter 5m --priority low`;

const EDIT_HELP = `
Example:
  longplay schedule edit scan --cron "0 4 * * SUN"`;
