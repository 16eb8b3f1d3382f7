import { Option, type Command } from 'commander';

import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import { CLIENT_KINDS, INDEXER_KINDS, LIBRARY_KINDS } from '../../domain/acquisition/products.js';
import { MEDIA_TYPES } from '../../domain/acquisition/release.js';
import type { StallMinutes } from '../../domain/acquisition/stall-clock.js';
import { TAG_WISHES } from '../../domain/acquisition/tag-wish.js';
import type { SharedOptions } from '../session.js';
import { collect, decimal, duration, pathMapping, stallLimit, wholeNumber } from './parse-option.js';
import type { SettingKind } from './setting-kinds.js';

/** Of all kinds; each knows its own only. */
export interface SettingOptions extends SharedOptions {
  secretFile?: string;
  priority?: number;
  /** Of an indexer numbers, of a client one word. */
  category?: number[] | string;
  username?: string;
  minimumSeeders?: number;
  seedRatio?: number;
  seedTime?: number;
  grabLimit?: number;
  interval?: number;
  removeAfterProcessing?: boolean;
  template?: string;
  type?: string[];
  profile?: string;
  tag?: string[];
  kind?: string;
  server?: string;
  section?: string;
  mergeChapters?: boolean;
  writeTags?: string;
  map?: PathMapping[];
  stallLimit?: StallMinutes;
  untested?: true;
}

/** What each kind is given beside its name and place. */
export const SETTING_OPTIONS: Record<SettingKind, (command: Command) => Command> = {
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
      )
      .option('--seed-ratio <ratio>', 'seed at least so often; 0 with --seed-time 0m: without end', decimal)
      .option(
        '--seed-time <time>',
        'seed at least so long, such as 72h; else what the indexer states',
        duration,
      )
      .option(
        '--grab-limit <n>',
        'releases that it allows in 24 hours',
        wholeNumber({ min: 1, max: 100_000 }),
      )
      .option(
        '--interval <time>',
        'least time between two calls; default: 2s, none in the own network',
        duration,
      )
      .option('--remove-after-processing', 'usenet: its client gives it back once it is filed (the default)')
      .option('--no-remove-after-processing', 'usenet: it stays in its client with its files'),
  client: (command) =>
    withSecret(command)
      .addOption(new Option('--kind <kind>', 'which product it is; default: aria2').choices(CLIENT_KINDS))
      .option('--username <name>', 'where it wants a user beside the secret')
      .option('--category <name>', 'put on what Longplay adds, where the client knows categories')
      .option(
        '--map <remote=logical>',
        'a folder as the client sees it = the same one here; may be repeated',
        collect(pathMapping),
      )
      .option(
        '--stall-limit <what=time>',
        'how long before another release is tried: metadata, without-seeds, without-progress or too-slow; may be repeated',
        stallLimit,
      ),
  library: (command) =>
    command
      .addOption(new Option('--kind <kind>', 'what holds it; default: a folder').choices(LIBRARY_KINDS))
      .option('--server <address>', 'the address of its media server')
      .option('--merge-chapters', 'imports of three files or more become one M4B')
      .option('--no-merge-chapters', 'they stay as they are (the default)')
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
      .option('--profile <id>', 'the quality profile of requests that name none')
      .option('--tag <tag...>', 'of all its requests: delay profiles are chosen by them')
      .addOption(new Option('--type <type...>', 'what it takes; default: audiobook').choices(MEDIA_TYPES)),
};

/** What each kind needs to know of its product. */
const PRODUCT: Record<SettingKind, (options: SettingOptions) => Record<string, unknown>> = {
  indexer: ({ kind, username, category, minimumSeeders, seedRatio, seedTime, ...options }) => ({
    ...{ kind, username, categories: category, minimumSeeders, seedRatio },
    grabLimit: options.grabLimit,
    callIntervalMs: options.interval,
    removeAfterProcessing: options.removeAfterProcessing,
    seedMinutes: seedTime === undefined ? undefined : Math.ceil(seedTime / 60_000),
  }),
  client: ({ kind, username, category, map, stallLimit: stallLimits }) => ({
    ...{ kind, username, category, pathMappings: map, stallLimits },
  }),
  library: ({ kind, server, section, map, mergeChapters, writeTags, profile, tag, template, type }) => ({
    ...{ kind, baseUrl: server, section, pathMappings: map, mergeChapters, writeTags },
    ...{ qualityProfileId: profile, tags: tag, pathTemplate: template, mediaTypes: type },
  }),
};

function withSecret(command: Command): Command {
  return command
    .option('--secret-file <file>', 'a file with its key or secret, - for the standard input')
    .option('--priority <n>', 'lower is asked first', wholeNumber({ min: 1, max: 50 }));
}

/** What the options say, in the API's words; what was not given is undefined. */
export function settingsFrom(kind: SettingKind, options: SettingOptions): Record<string, unknown> {
  return { priority: options.priority, ...PRODUCT[kind](options) };
}
