import { Option, type Command } from 'commander';
import { z } from 'zod';

import { testResult } from '../answers.js';
import { EXIT } from '../exit-status.js';
import { noticeList, targetList } from '../notice-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { noticeTable, targetTable } from '../render/notice.js';
import { testTable } from '../render/setting.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { addNotifyAddCommand } from './notify-add.js';
import { wholeNumber } from './parse-option.js';

const PATH = '/api/notification-targets';

export function addNotifyCommands(program: Command, deps: ProgramDeps): void {
  const group = program.command('notify').description('Lists, adds, tests and removes where notices go.');
  addList(group, deps);
  addNotifyAddCommand(group, deps);
  addTest(group, deps);
  addRemove(group, deps);
  addLog(group, deps);
}

function addList(group: Command, deps: ProgramDeps): void {
  const command = group.command('list').description('Lists where notices go, and what is told there.');
  withApiOptions(command).action(async (options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const { notificationTargets: targets } = await client.send({ path: PATH, answer: targetList });
    output.show({ notificationTargets: targets }, () =>
      targets.length === 0
        ? ['Notices go nowhere yet. See "longplay notify add --help".']
        : targetTable(targets, output.width),
    );
  });
}

function addTest(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('test')
    .description('Sends a test message. Exit status 1 when one does not arrive.')
    .argument('[id]', 'default: all that are enabled');
  withApiOptions(command).action(async (id: string | undefined, options: SharedOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const { notificationTargets } = await client.send({ path: PATH, answer: targetList });
    const enabled = notificationTargets.filter((target) => target.enabled).map((target) => target.id);
    const tests = await Promise.all(
      (id === undefined ? enabled : [id]).map(async (each) => {
        const path = `${PATH}/${encodeURIComponent(each)}/test`;
        return { id: each, ...(await client.send({ method: 'POST', path, answer: testResult })) };
      }),
    );
    output.show({ tests }, () => (tests.length === 0 ? ['No targets to test.'] : testTable(tests)));
    if (tests.some(({ ok }) => !ok)) endWith(EXIT.failed);
  });
}

function addRemove(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('remove')
    .description('Removes a target; what waits for it is not told any more.')
    .argument('<id>', 'its id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    await client.send({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(id)}`, answer: z.unknown() });
    output.show({ removed: id }, () => [`Removed ${id}.`]);
  });
}

interface LogOptions extends SharedOptions {
  state?: string[];
  target?: string;
  limit: number;
}

function addLog(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('log')
    .description('What was told, waits to be told and was given up, newest first.')
    .addOption(new Option('--state <state...>', 'only these').choices(['waiting', 'sent', 'given_up']))
    .option('--target <id>', 'only of this target')
    .option('--limit <n>', 'how many', wholeNumber({ min: 1, max: 200 }), 50);
  withApiOptions(command).action(async ({ state, target, limit, ...options }: LogOptions) => {
    const { client, output } = await openSession(deps, options);
    const query = { state: state?.join(','), targetId: target, limit };
    const page = await client.send({ path: '/api/notices', query, answer: noticeList });
    output.show(page, () =>
      page.notices.length === 0 ? ['No notices.'] : noticeTable(page.notices, output.width),
    );
  });
}
