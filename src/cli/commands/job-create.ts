import { randomUUID } from 'node:crypto';

import type { Command } from 'commander';

import { job } from '../answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { stateOf } from '../render/job.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { watchToEnd } from '../watch/watch-to-end.js';
import { priorityText, wholeNumber } from './parse-option.js';
import { readObject } from './read-input.js';

interface CreateOptions extends SharedOptions {
  params: string;
  priority?: number | string;
  maxRetries?: number;
  key?: string;
  watch?: true;
}

export function addJobCreateCommand(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('create')
    .description('Creates a job.')
    .argument('<type>', 'see "longplay job types"')
    .option('--params <json>', 'a JSON object, @file, or - for the standard input', '{}')
    .option('--priority <priority>', '1 (first) to 10, or high, normal, low', priorityText)
    .option('--max-retries <n>', 'how many failures a step may have', wholeNumber({ min: 0, max: 10 }))
    .option('--key <key>', 'a repeat with the same key makes no second job')
    .option('--watch', 'stay until it ends')
    .addHelpText('after', HELP);
  withApiOptions(command).action(async (type: string, options: CreateOptions) => {
    const session = await openSession(deps, options);
    const { priority, maxRetries, key = randomUUID() } = options;
    const created = await session.client.send({
      method: 'POST',
      path: '/api/jobs',
      body: { type, params: await readObject(deps, options.params), priority, maxRetries },
      headers: { 'idempotency-key': key },
      answer: job,
    });
    if (options.watch === true) await watchToEnd(session, created.id);
    else session.output.show(created, () => [`${created.id} ${created.status}: ${stateOf(created)}`]);
  });
}

const HELP = `
Examples:
  longplay job create library_scan --params '{"libraryId": "library"}' --watch
  longplay job create library_scan --params @scan.json --priority low`;
