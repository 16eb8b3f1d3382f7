import { Option, type Command } from 'commander';

import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import { CLIENT_KINDS, INDEXER_KINDS, LIBRARY_KINDS } from '../../domain/acquisition/products.js';
import { MEDIA_TYPES } from '../../domain/acquisition/release.js';
import { TAG_WISHES } from '../../domain/acquisition/tag-wish.js';
import { setting, testResult } from '../answers.js';
import { EXIT } from '../exit-status.js';
import type { ProgramDeps } from '../program-deps.js';
import { testTable } from '../render/setting.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { collect, pathMapping, wholeNumber } from './parse-option.js';
import { readSecret } from './read-input.js';
import { SETTING_KINDS, type SettingKind } from './setting-kinds.js';

interface AddOptions extends SharedOptions {
  id?: string;
  secretFile?: string;
  priority?: number;
  /** Of an indexer numbers, of a client one word. */
  category?: number[] | string;
  username?: string;
  minimumSeeders?: number;
  template?: string;
  type?: string[];
  kind?: string;
  server?: string;
  section?: string;
  mergeChapters?: true;
  writeTags?: string;
  map?: PathMapping[];
  disabled?: true;
  untested?: true;
}

/** What each kind is given beside its name and place. */
const OPTIONS: Record<SettingKind, (command: Command) => Command> = {
  indexer: (command) =>
    withSecret(command)
      .addOption(new Option('--kind <kind>', 'what it is; default: torznab').choices(INDEXER_KINDS))
      .option('--username <name>', 'for a catalogue that asks for a user; its password is the secret')
      .option(
        '--category <number>',
        'a Torznab category; may be repeated',
        collect(wholeNumber({ min: 0, max: 999_999 })),
      )
      .option(
        '--minimum-seeders <n>',
        'releases with fewer are refused',
        wholeNumber({ min: 0, max: 10_000 }),
      ),
  client: (command) =>
    withSecret(command)
      .addOption(new Option('--kind <kind>', 'which product it is; default: aria2').choices(CLIENT_KINDS))
      .option('--username <name>', 'where it wants a user beside the secret')
      .option('--category <name>', 'put on what Longplay adds, where the client knows categories')
      .option(
        '--map <remote=logical>',
        'a folder as the client sees it = the same one here; may be repeated',
        collect(pathMapping),
      ),
  library: (command) =>
    command
      .addOption(new Option('--kind <kind>', 'what holds it; default: a folder').choices(LIBRARY_KINDS))
      .option('--server <address>', 'the address of its media server')
      .option('--merge-chapters', 'imports of three files or more become one M4B')
      .addOption(
        new Option(
          '--write-tags <when>',
          'tags in audiobooks: in copies (the default), or always, which copies what could be a link',
        ).choices(TAG_WISHES),
      )
      .option('--section <id>', "the id of the server's library; without it, what it has is told")
      .option(
        '--map <remote=logical>',
        'a folder as the server sees it = the same one here; may be repeated',
        collect(pathMapping),
      )
      .option('--secret-file <file>', 'a file with its token or API key, - for the standard input')
      .option('--template <template>', 'where an item goes below the root')
      .addOption(new Option('--type <type...>', 'what it takes').choices(MEDIA_TYPES).default(['audiobook'])),
};

const PLACES: Record<SettingKind, [argument: string, description: string]> = {
  indexer: ['<address>', 'its address, without the key'],
  client: ['<address>', 'its address, without user and secret'],
  library: ['<root>', 'a logical path such as library: or library:Audiobooks'],
};

export function addSettingAddCommand(group: Command, deps: ProgramDeps, kind: SettingKind): void {
  const command = OPTIONS[kind](
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
    priority: options.priority,
    minimumSeeders: options.minimumSeeders,
    pathTemplate: options.template,
    mediaTypes: options.type,
    ...PRODUCT[kind](options),
    enabled: options.disabled === true ? false : undefined,
  };
}

/** What each kind needs to know of its product. */
const PRODUCT: Record<SettingKind, (options: AddOptions) => Record<string, unknown>> = {
  indexer: ({ kind, username, category }) => ({ kind, username, categories: category }),
  client: ({ kind, username, category, map }) => ({ kind, username, category, pathMappings: map }),
  library: ({ kind, server, section, map, mergeChapters, writeTags }) => ({
    ...{ kind, baseUrl: server, section, pathMappings: map, mergeChapters, writeTags },
  }),
};

function withSecret(command: Command): Command {
  return command
    .option('--secret-file <file>', 'a file with its key or secret, - for the standard input')
    .option('--priority <n>', 'lower is asked first', wholeNumber({ min: 1, max: 50 }));
}

const NOT_ADDED = 'Not added. With --untested it is added anyway.';

const EXAMPLES: Record<SettingKind, string> = {
  indexer: `
Example:
  longplay indexer add "My indexer" http://127.0.0.1:9117/api --secret-file key.txt --category 3030
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
