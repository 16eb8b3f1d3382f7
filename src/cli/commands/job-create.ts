import { randomUUID } from 'node:crypto';

import { Option, type Command } from 'commander';

import { catalogue } from '../../catalogue/index.js';
import { RESOURCE_CATEGORIES } from '../../domain/jobs/overrides.js';
import { job } from '../answers.js';
import { checkDirectOptions, createDirect } from '../direct/create-direct.js';
import { namesOf } from '../direct/direct-type.js';
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
  category?: string;
  vram?: number;
  key?: string;
  watch?: true;
  direct?: true;
  checkpoint?: string;
}

export function addJobCreateCommand(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('create')
    .description('Creates a job.')
    .argument('<type>', 'see "longplay job types"')
    .option('--params <json>', 'a JSON object, @file, or - for the standard input', '{}')
    .option('--priority <priority>', '1 (first) to 10, or high, normal, low', priorityText)
    .option('--max-retries <n>', 'how many failures a step may have', wholeNumber({ min: 0, max: 10 }))
    .addOption(
      new Option('--category <category>', 'cpu: the work of the GPU is done by the CPU').choices(
        RESOURCE_CATEGORIES,
      ),
    )
    .option(
      '--vram <mb>',
      'MB of VRAM that it needs, where the type says less',
      wholeNumber({ min: 0, max: 10_000_000 }),
    )
    .option('--key <key>', 'a repeat with the same key makes no second job')
    .option('--watch', 'stay until it ends')
    .option('--direct', 'run it in this process, with no server, database or Temporal')
    .option('--checkpoint <file>', 'with --direct: go on from this file, and keep it up to date')
    .addHelpText('after', HELP);
  withApiOptions(command).action(async (type: string, options: CreateOptions) => {
    checkDirectOptions(options);
    if (options.direct === true) {
      await createDirect(deps, type, options);
      return;
    }
    const session = await openSession(deps, options);
    const { priority, maxRetries, category: resourceCategory, vram: vramRequired } = options;
    const { key = randomUUID() } = options;
    const created = await session.client.send({
      method: 'POST',
      path: '/api/jobs',
      body: {
        ...{ type, params: await readObject(deps, options.params), priority, maxRetries },
        ...{ resourceCategory, vramRequired },
      },
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
  longplay job create library_scan --params @scan.json --priority low
  longplay job create demo_steps --params '{"count": 50}' --direct --checkpoint count.checkpoint

With --direct the job's own code runs here, and nothing is stored but the checkpoint. Ctrl-C cancels it and undoes
what it did; a second one ends it at once. Exit status: 0 completed, 1 failed, 2 wrong usage, 130 cancelled.
Types that can run so: ${namesOf(catalogue)}.`;
