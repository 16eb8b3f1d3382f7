import type { Command } from 'commander';
import { z } from 'zod';

import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

const answer = z.looseObject({
  replaced: z.boolean(),
  begun: z.array(z.string()),
  ended: z.array(z.string()),
  unchanged: z.number(),
});

export function addRecoverCommand(program: Command, deps: ProgramDeps): void {
  const command = program
    .command('recover')
    .description("Goes on with all open jobs after Temporal's store was lost or replaced.")
    .option('--dry-run', 'say what would be done, and change nothing', false)
    .addHelpText('after', HELP);
  withApiOptions(command).action(async (options: SharedOptions & { dryRun: boolean }) => {
    const { client, output } = await openSession(deps, options);
    const { dryRun } = options;
    const done = await client.send({
      ...{ method: 'POST', path: '/api/recover', body: { dryRun }, answer },
      timeoutMs: LONGEST_MS,
    });
    output.show(done, () => lines(done, dryRun));
  });
}

/** It answers when all is done, and there may be thousands of open jobs; Node's fetch waits 5 min at most. */
const LONGEST_MS = 290_000;

function lines({ replaced, begun, ended, unchanged }: z.output<typeof answer>, dryRun: boolean): string[] {
  const would = dryRun ? 'would ' : '';
  return [
    replaced ? 'Another Temporal answers than before.' : 'The same Temporal answers as before.',
    `${begun.length} jobs ${would}go on in a new run, from their finished steps${list(begun)}`,
    `${ended.length} jobs had ended${list(ended)}`,
    `${unchanged} open jobs are in order.`,
  ];
}

function list(ids: string[]): string {
  return ids.length === 0 ? '.' : `: ${ids.join(', ')}`;
}

const HELP = `
Temporal is known by the id of its namespace. Where another one answers, Longplay repairs nothing until you say that
this is right: the address may only be wrong. Embedded servers are recovered by themselves.

Examples:
  longplay recover --dry-run
  longplay recover`;
