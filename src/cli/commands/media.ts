import { Option, type Command } from 'commander';

import { ROOTS } from '../../domain/logical-path.js';
import { capabilities } from '../capability-answers.js';
import { videoDetail, videoList } from '../media-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { capabilityLines } from '../render/capabilities.js';
import { videoLines, videoTable } from '../render/media.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { addThumbnail, addValidate } from './media-look.js';
import { addMove } from './media-move.js';
import { addScans } from './media-scan.js';
import { wholeNumber } from './parse-option.js';

export function addMediaCommands(program: Command, deps: ProgramDeps): void {
  const group = program
    .command('media')
    .description('The videos that scans have found.')
    .addHelpText('after', HELP);
  addList(group, deps);
  addShow(group, deps);
  addCapabilities(group, deps);
  addValidate(group, deps);
  addThumbnail(group, deps);
  addScans(group, deps);
  addMove(group, deps);
}

interface ListOptions extends SharedOptions {
  q?: string;
  root?: string;
  unplayable?: true;
  invalid?: true;
  verdict?: string;
  missing?: true;
  sort: string;
  limit: number;
  cursor?: string;
}

function addList(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('list')
    .description('Lists videos, newest first.')
    .option('-q, --q <words>', 'words of the path')
    .addOption(new Option('--root <root>', 'of this root').choices(ROOTS))
    .option('--unplayable', 'only what browsers cannot play')
    .option('--invalid', 'only files that are no videos, or damaged ones')
    .addOption(
      new Option(
        '--verdict <verdict>',
        'of the last validation; outdated: changed since; none: never validated',
      ).choices(['valid', 'invalid', 'outdated', 'none']),
    )
    .option('--missing', 'only what the last complete scan has not seen')
    .addOption(
      new Option('--sort <order>', 'what comes first')
        .choices(['newest', 'title', 'largest', 'longest'])
        .default('newest'),
    )
    .option('--limit <n>', 'how many', wholeNumber({ min: 1, max: 200 }), 50)
    .option('--cursor <cursor>', 'go on from where a list ended');
  withApiOptions(command).action(async (options: ListOptions) => {
    const { client, output } = await openSession(deps, options);
    const { q, root, verdict, sort, limit, cursor } = options;
    const query = {
      ...{ q, root, verdict, sort, limit, cursor },
      ...(options.unplayable === true ? { playable: 'false' } : {}),
      ...(options.invalid === true ? { valid: 'false' } : {}),
      ...(options.missing === true ? { missing: 'true' } : {}),
    };
    const page = await client.send({ path: '/api/media', query, answer: videoList });
    output.show(page, () =>
      page.videos.length === 0 ? ['There are no such videos.'] : videoTable(page.videos, output.width),
    );
    if (page.next !== null && !output.json) output.note(`More: --cursor ${page.next}`);
  });
}

function addShow(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('show')
    .description('Shows one video and what its last validation found; with --json its streams too.')
    .argument('<id>', 'as "media list" names it');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await client.send({ path: `/api/media/${encodeURIComponent(id)}`, answer: videoDetail });
    output.show(found, () => videoLines(found));
  });
}

function addCapabilities(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('capabilities')
    .description('Shows what the host of each worker can encode and decode, and why not.');
  withApiOptions(command).action(async (options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const found = await client.send({ path: '/api/media/capabilities', answer: capabilities });
    output.show(found, () => capabilityLines(found, output.width));
  });
}

const HELP = `
Examples:
  longplay job create scan --params '{"directoryType": "videos"}'
  longplay media list --unplayable --root public
  longplay job create validate --params '{"videoId": "ID", "level": "thorough"}' --watch
  longplay media list --q holiday --sort longest`;
