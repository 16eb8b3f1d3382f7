import { Option, type Command } from 'commander';
import { z } from 'zod';

import { MEDIA_TYPES } from '../../domain/acquisition/release.js';
import type { ProgramDeps } from '../program-deps.js';
import { formatPairs } from '../render/table.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { wholeNumber } from './parse-option.js';

interface PreviewOptions extends SharedOptions {
  type: string;
  author?: string;
  narrator?: string;
  series?: string;
  part?: string;
  year?: number;
  season?: number;
  episode?: number;
  asin?: string;
  request?: true;
  item?: true;
  template?: string;
  files: number;
  extension?: string;
}

export function addLibraryPreview(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('preview')
    .description('Says where an item would be filed, what its names lose, and what stands in its way.')
    .argument('<library>', 'its id')
    .argument('<title>', 'of an item as it might be; or an id, with --request or --item')
    .option('--request', 'the item of the request of this id')
    .option('--item', 'the library item of this id')
    .addOption(new Option('--type <type>', 'what it is').choices(MEDIA_TYPES).default('audiobook'))
    .option('--author <name>', 'its author')
    .option('--narrator <name>', 'who reads it')
    .option('--series <name>', 'the series that it belongs to')
    .option('--part <part>', 'its number within the series')
    .option('--year <year>', 'of the first publication', wholeNumber({ min: 1000, max: 2200 }))
    .option('--season <n>', 'of the episode', wholeNumber({ min: 0, max: 9999 }))
    .option('--episode <n>', 'its number in the season', wholeNumber({ min: 0, max: 9999 }))
    .option('--asin <asin>', 'of the edition')
    .option('--template <template>', 'instead of the library’s own')
    .option('--files <n>', 'how many files it has', wholeNumber({ min: 1, max: 1_000 }), 1)
    .option('--extension <extension>', 'of its files, such as .mp3; default: as is usual for its kind')
    .addHelpText('after', HELP);
  withApiOptions(command).action(async (library: string, title: string, options: PreviewOptions) => {
    const { client, output } = await openSession(deps, options);
    const told = await client.send({
      method: 'POST',
      path: `/api/libraries/${encodeURIComponent(library)}/preview-path`,
      body: {
        ...wanted(title, options),
        template: options.template,
        extensions: extensionsOf(options),
      },
      answer: preview,
    });
    output.show(told, () => previewLines(told));
  });
}

function wanted(title: string, options: PreviewOptions): object {
  if (options.request === true) return { requestId: title };
  if (options.item === true) return { libraryItemId: title };
  const {
    type: mediaType,
    author,
    narrator,
    series,
    part: seriesPart,
    year,
    asin,
    season,
    episode,
  } = options;
  return { item: { mediaType, title, author, narrator, series, seriesPart, year, asin, season, episode } };
}

function extensionsOf({ files, extension }: PreviewOptions): string[] | undefined {
  if (files === 1 && extension === undefined) return undefined;
  return Array.from({ length: files }, () => extension ?? '.mp3');
}

const preview = z.looseObject({
  template: z.string(),
  folder: z.string(),
  names: z.array(z.looseObject({ wanted: z.string(), name: z.string(), changes: z.array(z.string()) })),
  slashes: z.array(z.string()),
  files: z.array(z.string()),
  clashes: z.array(z.looseObject({ kind: z.string(), detail: z.string() })),
});

const CHANGES: Readonly<Record<string, string>> = {
  dropped: 'left out, since nothing of it can stand in a name',
  characters: 'characters that no name may have',
  reserved: 'a name that systems keep for themselves',
  shortened: 'cut to 255 bytes',
};

function previewLines({
  template,
  folder,
  names,
  slashes,
  files,
  clashes,
}: z.output<typeof preview>): string[] {
  const [first = '', ...others] = files;
  const changed = names.filter(({ changes }) => changes.length > 0);
  return [
    ...formatPairs([
      ['template', template],
      ['folder', folder],
      ['files', others.length === 0 ? first : `${first} … ${others.at(-1) ?? ''}`],
    ]),
    ...changed.map(
      ({ wanted: text, name, changes }) =>
        `changed: "${text}" is "${name}" (${changes.map((change) => CHANGES[change] ?? change).join('; ')})`,
    ),
    ...slashes.map((field) => `changed: a slash in ${field} is a dash, so that it parts no folders`),
    ...clashes.map(({ detail }) => `clash: ${detail}`),
    ...(clashes.length === 0 ? ['Its place is free.'] : []),
  ];
}

const HELP = `
Examples:
  longplay library preview library "Frankenstein" --author "Mary Shelley" --year 1818
  longplay library preview library request-7k2m9q4d --request --template "{author}/{title}{ [asin]}"
  longplay library preview library "Some Show" --type episode --season 1 --episode 2
  longplay library preview library item-7k2m9q4d --item --files 12 --extension .mp3`;
