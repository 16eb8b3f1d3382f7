import type { Command } from 'commander';

import { REQUEST_STATES } from '../../domain/acquisition/request-state.js';
import type { ProgramDeps } from '../program-deps.js';
import { requestDetails, requestTable } from '../render/request.js';
import { requestDetail, requestList } from '../request-answers.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { wholeNumber } from './parse-option.js';
import { addRequestDecideCommands } from './request-decide.js';
import { addRequestAddCommand } from './request-add.js';
import { addRequestBlockCommands } from './request-block.js';
import { addPlanImport } from './request-plan-import.js';

interface ListOptions extends SharedOptions {
  state?: string;
  limit: number;
  cursor?: string;
}

export function addRequestCommands(program: Command, deps: ProgramDeps): void {
  const group = program
    .command('request')
    .description(
      'Asks for audiobooks, ebooks, films and episodes, and shows how far each request is, and why.',
    )
    .addHelpText('after', HELP);
  addRequestAddCommand(group, deps);
  addList(group, deps);
  addRequestDecideCommands(group, deps);
  addRequestBlockCommands(group, deps);
  addPlanImport(group, deps);
  withApiOptions(
    group
      .command('show')
      .description('Shows one request: timeline, who was asked, every candidate with its reasons, files.')
      .argument('<id>', 'the request, or its job'),
  ).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `/api/requests/${encodeURIComponent(id)}`;
    const found = await client.send({ path, answer: requestDetail });
    output.show(found, () => requestDetails(found));
  });
}

function addList(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('list')
    .description('Lists requests, newest first.')
    .option('--state <state,…>', `any of ${REQUEST_STATES.join(', ')}`)
    .option('--limit <n>', 'how many', wholeNumber({ min: 1, max: 200 }), 50)
    .option('--cursor <cursor>', 'go on from where a list ended');
  withApiOptions(command).action(async (options: ListOptions) => {
    const { client, output } = await openSession(deps, options);
    const { json: _json, url: _url, ...query } = options;
    const page = await client.send({ path: '/api/requests', query, answer: requestList });
    output.show(page, () =>
      page.requests.length === 0
        ? ['No requests. Begin one: longplay request add "A title" --author "Its author"']
        : requestTable(page.requests, output.width),
    );
    if (page.next !== null && !output.json) output.note(`More: --cursor ${page.next}`);
  });
}

const HELP = `
Examples:
  longplay request add "Frankenstein" --author "Mary Shelley" --watch
  longplay request list --state needs_decision,failed
  longplay request show request-7k2m9q4d
  longplay request plan-import request-7k2m9q4d
  longplay request approve request-7k2m9q4d --reason "a classic"
  longplay request select request-7k2m9q4d search-7k2m9q4d-1001 2
  longplay request approvals '*' --need yes`;
