import type { Command } from 'commander';

import type { ProgramDeps } from '../program-deps.js';
import { blocked, blockedPage, type Blocked } from '../policy-answers.js';
import { dryRun, request } from '../request-answers.js';
import { candidateLines, itemOf } from '../render/request.js';
import { formatTable } from '../render/table.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { collect, wholeNumber } from './parse-option.js';

const number = wholeNumber({ min: 0, max: 100_000 });
const entryId = wholeNumber({ min: 1, max: 1_000_000_000 });

/** What is never fetched again, and what another profile would choose. */
export function addRequestBlockCommands(group: Command, deps: ProgramDeps): void {
  addBlocked(group, deps);
  addBlock(group, deps);
  addUnblock(group, deps);
  addTry(group, deps);
  addProfile(group, deps);
}

function addBlocked(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('blocked')
    .description('Lists what is not fetched again, and why.')
    .argument('[id]', 'only for this request’s item');
  withApiOptions(command).action(async (id: string | undefined, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const page = await client.send({ path: '/api/blocklist', query: { requestId: id }, answer: blockedPage });
    output.show(page, () =>
      page.blocked.length === 0 ? ['Nothing is blocked.'] : blockedTable(page.blocked, output.width),
    );
  });
}

function addBlock(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('block')
    .description('Blocks a release of a stored search: it is never fetched again.')
    .argument('<id>', 'the request')
    .argument('<search>', 'the search, as `request show --json` tells it')
    .argument('<release>', 'the number of the release in it', number)
    .option('--reason <text>', 'why, for whoever asks later', 'somebody blocked it')
    .option('--everywhere', 'for every item, not this one alone');
  withApiOptions(command).action(
    async (
      id: string,
      searchId: string,
      candidate: number,
      options: SharedOptions & { reason: string; everywhere?: true },
    ) => {
      const { client, output } = await openSession(deps, options);
      const scope = options.everywhere === true ? 'global' : 'item';
      const page = await client.send({
        method: 'POST',
        path: `/api/requests/${encodeURIComponent(id)}/block`,
        body: { searchId, candidate, scope, evidence: options.reason },
        answer: blockedPage,
      });
      output.show(page, () => blockedTable(page.blocked, output.width));
    },
  );
}

function addUnblock(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('unblock')
    .description('Lets a blocked release be taken again.')
    .argument('<entry>', 'the number that "request blocked" tells', entryId);
  withApiOptions(command).action(async (entry: number, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const was = await client.send({ method: 'DELETE', path: `/api/blocklist/${entry}`, answer: blocked });
    output.show(was, () => [`${was.title ?? was.releaseKey} may be taken again.`]);
  });
}

function addTry(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('try')
    .description('Judges a stored search again, and says what would be chosen; nothing is fetched.')
    .argument('<id>', 'the request')
    .argument('<search>', 'the search, as `request show --json` tells it')
    .option('--profile <id>', 'by this quality profile instead of its own');
  withApiOptions(command).action(
    async (id: string, searchId: string, options: SharedOptions & { profile?: string }) => {
      const { client, output } = await openSession(deps, options);
      const told = await client.send({
        method: 'POST',
        path: `/api/requests/${encodeURIComponent(id)}/dry-run`,
        body: { searchId, qualityProfileId: options.profile },
        answer: dryRun,
      });
      output.show(told, () =>
        told.candidates.length === 0
          ? ['The search found no release.']
          : told.candidates.flatMap(candidateLines),
      );
    },
  );
}

function addProfile(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('profile')
    .description('Gives a request another quality profile, and tags; without them, its library’s.')
    .argument('<id>', 'the request')
    .argument('[profile]', 'the quality profile')
    .option('--tag <tag>', 'chooses delay profiles; may be repeated', collect(String));
  withApiOptions(command).action(
    async (id: string, profile: string | undefined, options: SharedOptions & { tag?: string[] }) => {
      const { client, output } = await openSession(deps, options);
      const changed = await client.send({
        method: 'PUT',
        path: `/api/requests/${encodeURIComponent(id)}/policy`,
        body: { qualityProfileId: profile ?? null, tags: options.tag ?? [] },
        answer: request,
      });
      output.show(changed, () => [`${itemOf(changed)}: ${profile ?? "its library's profile"}.`]);
    },
  );
}

function blockedTable(entries: Blocked[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [{ title: 'NO', align: 'right' }, { title: 'REASON' }, { title: 'UNTIL' }, { title: 'RELEASE' }],
    rows: entries.map(({ id, reason, expiresAt, title, releaseKey, evidence }) => [
      String(id),
      reason,
      expiresAt?.slice(0, 10) ?? 'always',
      `${title ?? releaseKey}: ${evidence}`,
    ]),
  });
}
