import { randomUUID } from 'node:crypto';

import { Option, type Command } from 'commander';

import { MEDIA_TYPES } from '../../domain/acquisition/release.js';
import type { ProgramDeps } from '../program-deps.js';
import { stateOf } from '../render/job.js';
import { itemOf } from '../render/request.js';
import { request } from '../request-answers.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { watchToEnd } from '../watch/watch-to-end.js';
import { duration, priorityText, wholeNumber } from './parse-option.js';

interface AddOptions extends SharedOptions {
  type: string;
  author?: string;
  narrator?: string;
  series?: string;
  part?: string;
  year?: number;
  asin?: string;
  isbn?: string;
  language?: string;
  season?: number;
  episode?: number;
  imdb?: string;
  tmdb?: number;
  tvdb?: number;
  released?: string;
  runtime?: number;
  library?: string;
  priority?: number | string;
  key?: string;
  again?: true;
  watch?: true;
}

export function addRequestAddCommand(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('add')
    .description('Asks for an item: it is searched for, fetched, filed and confirmed.')
    .argument('<title>', 'without the subtitle, if in doubt; of an episode that of its show')
    .addOption(new Option('--type <type>', 'what it is').choices(MEDIA_TYPES).default('audiobook'))
    .option('--author <name>', 'releases by others are refused')
    .option('--narrator <name>', 'who shall read it')
    .option('--series <name>', 'the series that it belongs to')
    .option('--part <part>', 'its number within the series')
    .option('--year <year>', 'of the first publication', wholeNumber({ min: 1000, max: 2200 }))
    .option('--asin <asin>', 'the exact edition')
    .option('--isbn <isbn>', 'the exact edition, without dashes')
    .option('--language <language>', 'wanted language')
    .option('--season <n>', 'of an episode; 0 for specials', wholeNumber({ min: 0, max: 3_000 }))
    .option('--episode <n>', 'its number in the season', wholeNumber({ min: 0, max: 100_000 }))
    .option('--imdb <id>', 'the exact film: tt and its digits')
    .option('--tmdb <id>', 'the exact film', wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    .option('--tvdb <id>', 'the exact show', wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    .option('--released <day>', 'such as 2027-01-31; it is not searched for before')
    .option(
      '--runtime <time>',
      'such as 95m or 34000s: what plays much shorter or longer asks first',
      duration,
    )
    .option('--library <id>', 'default: the first library for this kind of thing')
    .option('--priority <priority>', '1 (first) to 10, or high, normal, low', priorityText)
    .option('--again', 'fetch it anew, though the library has it')
    .option('--key <key>', 'a repeat with the same key makes no second request')
    .option('--watch', 'stay until it ends')
    .addHelpText('after', HELP);
  withApiOptions(command).action(async (title: string, options: AddOptions) => {
    const session = await openSession(deps, options);
    const { library: libraryId, priority, again } = options;
    const added = await session.client.send({
      method: 'POST',
      path: '/api/requests',
      headers: { 'idempotency-key': options.key ?? randomUUID() },
      body: { item: itemFrom(title, options), libraryId, priority, again },
      answer: request,
    });
    if (options.watch === true) await watchToEnd(session, added.job.id);
    else session.output.show(added, () => [`${added.id}: ${itemOf(added)} ${stateOf(added.job)}`]);
  });
}

function itemFrom(title: string, options: AddOptions): Record<string, unknown> {
  const { type: mediaType, author, narrator, series, part: seriesPart, year, asin, isbn, language } = options;
  const { season, episode, imdb: imdbId, tmdb: tmdbId, tvdb: tvdbId, released: releaseDate } = options;
  const book = { author, narrator, series, seriesPart, year, asin, isbn, language };
  const runtimeSeconds = options.runtime === undefined ? undefined : options.runtime / 1000;
  return { mediaType, title, ...book, season, episode, imdbId, tmdbId, tvdbId, releaseDate, runtimeSeconds };
}

const HELP = `
One item has one request: asking again shows the one that is open. What the library has already is fetched anew with
--again only.

Examples:
  longplay request add "Frankenstein" --author "Mary Shelley" --watch
  longplay request add "The Time Machine" --author "H. G. Wells" --narrator "Mark Nelson" --json
  longplay request add "Metropolis" --type movie --year 1927
  longplay request add "Some Show" --type episode --season 1 --episode 2`;
