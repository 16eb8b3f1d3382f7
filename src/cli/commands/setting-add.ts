import type { Command } from 'commander';

import { setting, testResult } from '../answers.js';
import { EXIT } from '../exit-status.js';
import type { ProgramDeps } from '../program-deps.js';
import { testTable } from '../render/setting.js';
import { openSession, withApiOptions } from '../session.js';
import { readSecret } from './read-input.js';
import { SETTING_KINDS, type SettingKind } from './setting-kinds.js';
import { SETTING_OPTIONS, settingsFrom, type SettingOptions } from './setting-options.js';

interface AddOptions extends SettingOptions {
  id?: string;
  disabled?: true;
}

const PLACES: Record<SettingKind, [argument: string, description: string]> = {
  indexer: ['<address>', 'its address, without the key'],
  client: ['<address>', 'its address, without user and secret'],
  library: ['<root>', 'a logical path such as library: or library:Audiobooks'],
};

export function addSettingAddCommand(group: Command, deps: ProgramDeps, kind: SettingKind): void {
  const command = SETTING_OPTIONS[kind](
    group
      .command('add')
      .description('Tries the connection, then adds it.')
      .argument('<name>', 'for people')
      .argument(...PLACES[kind]),
  )
    .option('--id <id>', 'default: made from the name')
    .option('--disabled', 'add it, but do not use it yet')
    .option('--untested', 'add it without a try')
    .addHelpText('after', EXAMPLES[kind]);
  withApiOptions(command).action(async (name: string, place: string, options: AddOptions) => {
    const { client, output, endWith } = await openSession(deps, options);
    const body = await bodyOf(deps, kind, { name, place, options });
    const { path } = SETTING_KINDS[kind];
    if (options.untested !== true) {
      const test = await client.send({ method: 'POST', path: `${path}/test`, body, answer: testResult });
      if (!test.ok) {
        output.show({ added: null, test }, () => [...testTable([{ id: name, ...test }]), NOT_ADDED]);
        endWith(EXIT.failed);
        return;
      }
    }
    const added = await client.send({ method: 'POST', path, body, answer: setting });
    output.show(added, () => [`Added ${added.id}.`]);
  });
}

async function bodyOf(
  deps: ProgramDeps,
  kind: SettingKind,
  { name, place, options }: { name: string; place: string; options: AddOptions },
): Promise<Record<string, unknown>> {
  return {
    name,
    [SETTING_KINDS[kind].place]: place,
    id: options.id,
    secret: await readSecret(deps, options.secretFile),
    ...settingsFrom(kind, options),
    enabled: options.disabled === true ? false : undefined,
  };
}

const NOT_ADDED = 'Not added. With --untested it is added anyway.';

const EXAMPLES: Record<SettingKind, string> = {
  indexer: `
Example:
  longplay indexer add "My indexer" http://127.0.0.1:9117/api --secret-file key.txt --category 3030
  longplay indexer add "Private" http://127.0.0.1:9117/private --secret-file key.txt --seed-ratio 1 --seed-time 72h
  longplay indexer add "Prowlarr" http://127.0.0.1:9696 --kind prowlarr --secret-file key.txt
  longplay indexer add "LibriVox" https://librivox.org --kind librivox
  longplay indexer add "Internet Archive" https://archive.org --kind internet_archive
  longplay indexer add "My books" https://books.example.org/opds --kind opds --username me --secret-file password.txt`,
  client: `
Example:
  longplay client add "aria2" http://127.0.0.1:6800/jsonrpc --secret-file secret.txt
  longplay client add "qBittorrent" http://127.0.0.1:8080 --kind qbittorrent --username me \\
    --secret-file password.txt --category books --map /data/downloads=downloads:`,
  library: `
Example:
  longplay library add "Audiobooks" library:Audiobooks --template "{author}/{title}"
  longplay library add "Plex" library:Audiobooks --kind plex --server http://127.0.0.1:32400 --section 7 \\
    --map /data/books=library:Audiobooks --secret-file token.txt`,
};
