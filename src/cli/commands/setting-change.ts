import { Option, type Command } from 'commander';

import type { StallMinutes } from '../../domain/acquisition/stall-clock.js';
import { setting, type Setting } from '../answers.js';
import { EXIT } from '../exit-status.js';
import type { ProgramDeps } from '../program-deps.js';
import { testTable } from '../render/setting.js';
import { openSession, withApiOptions } from '../session.js';
import { readSecret } from './read-input.js';
import { CHANGEABLE, SETTING_KINDS, UNSETTABLE, type SettingKind } from './setting-kinds.js';
import { SETTING_OPTIONS, settingsFrom, type SettingOptions } from './setting-options.js';
import { testSettings } from './test-settings.js';

interface ChangeOptions extends SettingOptions {
  name?: string;
  place?: string;
  enable?: true;
  disable?: true;
  unset?: string[];
}

/** Everything that was not given stays as it is, the secret too. */
export function addSettingChangeCommand(group: Command, deps: ProgramDeps, kind: SettingKind): void {
  const command = SETTING_OPTIONS[kind](
    group
      .command('change')
      .description('Changes what is given and nothing else, then tries the connection.')
      .argument('<id>', 'its id'),
  )
    .option('--name <name>', 'for people')
    .option('--place <place>', kind === 'library' ? 'its logical path' : 'its address, without the key')
    .option('--enable', 'use it')
    .option('--disable', 'do not use it, and keep it')
    .addOption(
      new Option('--unset <option...>', 'as if it had been added without this option').choices(
        Object.keys(UNSETTABLE[kind]),
      ),
    )
    .option('--untested', 'without a try')
    .addHelpText('after', EXAMPLES[kind]);
  withApiOptions(command).action(async (id: string, options: ChangeOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const path = `${SETTING_KINDS[kind].path}/${encodeURIComponent(id)}`;
    const before = await client.send({ path, answer: setting });
    const changes = { ...given(kind, options), secret: await readSecret(deps, options.secretFile) };
    const kept = keptOf(kind, before, options.unset ?? []);
    const body = { ...kept, ...withoutAbsent(changes), ...mergedLimits(kept, options) };
    const changed = await client.send({ method: 'PUT', path, body, answer: setting });
    const tests = options.untested === true || !changed.enabled ? [] : await testSettings(client, kind, [id]);
    output.show({ changed, tests }, () => [
      `Changed ${id}.`,
      ...(tests.length === 0 ? [] : testTable(tests)),
    ]);
    if (tests.some(({ ok }) => !ok)) endWith(EXIT.failed);
  });
}

function given(kind: SettingKind, options: ChangeOptions): Record<string, unknown> {
  return {
    name: options.name,
    [SETTING_KINDS[kind].place]: options.place,
    ...settingsFrom(kind, options),
    enabled: options.enable === true ? true : options.disable === true ? false : undefined,
  };
}

/** A secret is kept by being left out, and goes by null. */
function keptOf(kind: SettingKind, before: Setting, unset: readonly string[]): Record<string, unknown> {
  const known: Record<string, unknown> = before;
  const dropped = unset.map((option) => UNSETTABLE[kind][option]);
  const kept = CHANGEABLE[kind].filter((key) => !dropped.includes(key));
  return {
    ...Object.fromEntries(kept.map((key) => [key, known[key]])),
    ...(dropped.includes('secret') ? { secret: null } : {}),
  };
}

function withoutAbsent(changes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** Of limits that have names, only those that are given change. */
function mergedLimits(kept: Record<string, unknown>, { stallLimit }: ChangeOptions): Record<string, unknown> {
  if (stallLimit === undefined) return {};
  return { stallLimits: { ...(kept['stallLimits'] as StallMinutes | undefined), ...stallLimit } };
}

const EXAMPLES: Record<SettingKind, string> = {
  indexer: `
Example:
  longplay indexer change private --seed-ratio 1 --seed-time 72h
  longplay indexer change private --secret-file new-key.txt
  longplay indexer change private --unset grab-limit seed-ratio`,
  client: `
Example:
  longplay client change qbittorrent --category books --priority 1
  longplay client change qbittorrent --stall-limit without-seeds=6h
  longplay client change aria2 --disable`,
  library: `
Example:
  longplay library change books --merge-chapters --write-tags always
  longplay library change books --template "{author}/{title}"`,
};
