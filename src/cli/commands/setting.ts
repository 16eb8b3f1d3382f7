import type { Command } from 'commander';
import { z } from 'zod';

import { EXIT } from '../exit-status.js';
import type { ProgramDeps } from '../program-deps.js';
import { settingTable, testTable } from '../render/setting.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { addClientPoll } from './client-poll.js';
import { addLibraryDelete } from './library-delete.js';
import { addLibraryMerge } from './library-merge.js';
import { addLibraryPreview } from './library-preview.js';
import { addLibraryRecycleCommands } from './library-recycle.js';
import { addDownloadsMark, addLibraryMark } from './mark-root.js';
import { addSettingAddCommand } from './setting-add.js';
import { addSettingChangeCommand } from './setting-change.js';
import { SETTING_KINDS, type SettingKind } from './setting-kinds.js';
import { listSettings, testSettings } from './test-settings.js';

export function addSettingCommands(program: Command, deps: ProgramDeps): void {
  for (const kind of Object.keys(SETTING_KINDS) as SettingKind[]) {
    const { many } = SETTING_KINDS[kind];
    const group = program.command(kind).description(`Lists, adds, changes, tests and removes ${many}.`);
    addList(group, deps, kind);
    addSettingAddCommand(group, deps, kind);
    addSettingChangeCommand(group, deps, kind);
    addTest(group, deps, kind);
    addRemove(group, deps, kind);
    if (kind === 'client') addClientPoll(group, deps);
    if (kind === 'client') addDownloadsMark(group, deps);
    if (kind === 'library') addLibraryMark(group, deps);
    if (kind === 'library') addLibraryRecycleCommands(group, deps);
    if (kind === 'library') addLibraryMerge(group, deps);
    if (kind === 'library') addLibraryPreview(group, deps);
    if (kind === 'library') addLibraryDelete(group, deps);
  }
}

function addList(group: Command, deps: ProgramDeps, kind: SettingKind): void {
  const { many, list } = SETTING_KINDS[kind];
  withApiOptions(group.command('list').description(`Lists the ${many}.`)).action(
    async (options: SharedOptions) => {
      const { client, output } = await openSession(deps, options);
      const settings = await listSettings(client, kind);
      output.show({ [list]: settings }, () =>
        settings.length === 0
          ? [`No ${many}. See "longplay ${kind} add --help".`]
          : settingTable(settings, output.width),
      );
    },
  );
}

function addTest(group: Command, deps: ProgramDeps, kind: SettingKind): void {
  const { many } = SETTING_KINDS[kind];
  const command = group
    .command('test')
    .description(`Tries the connection. Exit status 1 when one does not work.`)
    .argument('[id]', `default: all enabled ${many}`);
  withApiOptions(command).action(async (id: string | undefined, options: SharedOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const all = await listSettings(client, kind);
    const enabled = all.filter((setting) => setting.enabled).map((setting) => setting.id);
    const tests = await testSettings(client, kind, id === undefined ? enabled : [id]);
    output.show({ tests }, () => (tests.length === 0 ? [`No ${many} to test.`] : testTable(tests)));
    if (tests.some(({ ok }) => !ok)) endWith(EXIT.failed);
  });
}

function addRemove(group: Command, deps: ProgramDeps, kind: SettingKind): void {
  const command = group
    .command('remove')
    .description('Removes it; what it brought stays.')
    .argument('<id>', 'its id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `${SETTING_KINDS[kind].path}/${encodeURIComponent(id)}`;
    await client.send({ method: 'DELETE', path, answer: z.unknown() });
    output.show({ removed: id }, () => [`Removed ${id}.`]);
  });
}
