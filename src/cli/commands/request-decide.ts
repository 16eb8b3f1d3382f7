import { Argument, Option, type Command } from 'commander';

import type { ProgramDeps } from '../program-deps.js';
import { approvalRules, request } from '../request-answers.js';
import { itemOf } from '../render/request.js';
import { formatTable } from '../render/table.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { wholeNumber } from './parse-option.js';

interface DecideOptions extends SharedOptions {
  reason?: string;
}

interface Decision {
  description: string;
  /** What it needs beside the request. */
  takes?: readonly Argument[];
  body?: (taken: readonly unknown[]) => Record<string, unknown>;
  /** The API's own word, where it is another than the command's. */
  path?: string;
}

/** What people decide about an open request; the API answers at once whether it is in a state for it. */
const DECISIONS: Record<string, Decision> = {
  approve: { description: 'Lets a request that waits for approval begin.' },
  deny: { description: 'Refuses a request that waits for approval.' },
  select: {
    description: 'Takes one release of a stored search, whatever the rules say of it.',
    path: 'select-release',
    takes: [
      new Argument('<search>', 'the search, as `request show --json` tells it'),
      new Argument('<release>', 'the number of the release in it').argParser(
        wholeNumber({ min: 0, max: 100_000 }),
      ),
    ],
    body: ([search, release]) => ({ searchId: search, candidate: release }),
  },
  skip: { description: 'Gives the present release up and tries the next one.', path: 'skip-candidate' },
  again: { description: 'Searches or imports again now, and renews a spent budget.', path: 'retry-stage' },
  terms: {
    description: 'Searches with words of your own; without any, with the title again.',
    path: 'search-terms',
    takes: [new Argument('[words]', 'what to search for')],
    body: ([words]) => ({ terms: words ?? null }),
  },
  accept: {
    description: 'Files what seems to be something else than was asked for.',
    path: 'decide-import',
    body: () => ({ action: 'accept' }),
  },
  reject: {
    description: 'Rejects and blocks what seems to be something else.',
    path: 'decide-import',
    body: () => ({ action: 'reject' }),
  },
};

export function addRequestDecideCommands(group: Command, deps: ProgramDeps): void {
  for (const [name, decision] of Object.entries(DECISIONS)) addDecision(group, deps, { name, ...decision });
  addApprovals(group, deps);
}

function addDecision(
  group: Command,
  deps: ProgramDeps,
  { name, description, takes = [], body, path = name }: Decision & { name: string },
): void {
  const command = group.command(name).description(description).argument('<id>', 'the request, or its job');
  for (const argument of takes) command.addArgument(argument);
  withApiOptions(command.option('--reason <text>', 'why, for the timeline')).action(
    async (id: string, ...rest: unknown[]) => {
      const given = command.opts<DecideOptions>();
      const { client, output } = await openSession(deps, given);
      const answered = await client.send({
        method: 'POST',
        path: `/api/requests/${encodeURIComponent(id)}/${path}`,
        body: { ...body?.(rest.slice(0, takes.length)), reason: given.reason },
        answer: request,
      });
      output.show(answered, () => [`${answered.id} ${answered.state}: ${itemOf(answered)}`]);
    },
  );
}

function addApprovals(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('approvals')
    .description('Shows whose requests need approval, or says so for one name; * is everybody else.')
    .argument('[name]', 'whose rule')
    .addOption(
      new Option('--need <yes|no|default>', 'what holds for that name').choices(['yes', 'no', 'default']),
    );
  withApiOptions(command).action(
    async (name: string | undefined, given: SharedOptions & { need?: 'yes' | 'no' | 'default' }) => {
      const { client, output } = await openSession(deps, given);
      const path = '/api/approval-rules';
      const { rules } =
        name === undefined || given.need === undefined
          ? await client.send({ path, answer: approvalRules })
          : await client.send({
              method: 'PUT',
              path: `${path}/${encodeURIComponent(name)}`,
              body: { autoApprove: AUTO_APPROVE[given.need] },
              answer: approvalRules,
            });
      const shown = rules.filter(({ principal }) => name === undefined || principal === name);
      output.show({ rules: shown }, () =>
        shown.length === 0 ? ['No rule: nobody needs approval.'] : ruleTable(shown, output.width),
      );
    },
  );
}

const AUTO_APPROVE = { yes: false, no: true, default: null } as const;

function ruleTable(
  rules: readonly { principal: string; autoApprove: boolean }[],
  width: number | undefined,
): string[] {
  return formatTable({
    width,
    columns: [{ title: 'NAME' }, { title: 'NEEDS APPROVAL' }],
    rows: rules.map(({ principal, autoApprove }) => [principal, autoApprove ? 'no' : 'yes']),
  });
}
