import { Option, type Command } from 'commander';
import { z } from 'zod';

import { ROLES } from '../../domain/access/role.js';
import { loginLink, newToken, tokenList } from '../answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { formatTable } from '../render/table.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { isoTime } from './parse-option.js';

interface CreateOptions extends SharedOptions {
  role: string;
  expires?: string;
}

export function addTokenCommands(program: Command, deps: ProgramDeps): void {
  const group = program.command('token').description('Makes, lists and revokes the keys to the API.');
  addCreate(group, deps);
  addLink(group, deps);
  addList(group, deps);
  withApiOptions(
    group
      .command('revoke')
      .description('Ends a token and the log-ins made with it.')
      .argument('<id>', 'the token'),
  ).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    await client.send({
      method: 'DELETE',
      path: `/api/tokens/${encodeURIComponent(id)}`,
      answer: z.unknown(),
    });
    output.show({ revoked: id }, () => [`Revoked ${id}.`]);
  });
}

function addCreate(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('create')
    .description('Makes a token. Its secret is printed once and stored nowhere.')
    .argument('<name>', 'who or what shall use it')
    .addOption(roleOption())
    .option(
      '--expires <time>',
      'ISO 8601, such as 2027-01-31 or 2027-01-31T12:00:00Z; default: never',
      isoTime,
    )
    .addHelpText('after', HELP);
  withApiOptions(command).action(async (name: string, options: CreateOptions) => {
    const { client, output } = await openSession(deps, options);
    const body = { name, role: options.role, expiresAt: options.expires };
    const made = await client.send({ method: 'POST', path: '/api/tokens', body, answer: newToken });
    output.show(made, () => [made.secret]);
    if (!output.json)
      output.note(`${made.id}, ${made.role}; this is the only time that the secret is shown.`);
  });
}

function addLink(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('link')
    .description('Makes a link that logs one browser in, once, within 24 h.')
    .argument('<name>', 'who shall use it')
    .addOption(roleOption());
  withApiOptions(command).action(async (name: string, options: CreateOptions) => {
    const { client, output } = await openSession(deps, options);
    const body = { name, role: options.role };
    const made = await client.send({
      method: 'POST',
      path: '/api/tokens/login-links',
      body,
      answer: loginLink,
    });
    output.show(made, () => [made.url]);
  });
}

function addList(group: Command, deps: ProgramDeps): void {
  withApiOptions(group.command('list').description('Lists tokens and log-ins.')).action(
    async (options: SharedOptions) => {
      const { client, output } = await openSession(deps, options);
      const found = await client.send({ path: '/api/tokens', answer: tokenList });
      output.show(found, () =>
        formatTable({
          width: output.width,
          columns: [
            { title: 'ID' },
            { title: 'NAME' },
            { title: 'ROLE' },
            { title: 'LAST USED' },
            { title: 'STATE' },
          ],
          rows: found.tokens.map((token) => [
            token.id,
            token.name,
            token.role,
            token.lastUsedAt ?? 'never',
            stateOf(token),
          ]),
        }),
      );
    },
  );
}

function stateOf({ revokedAt, expiresAt }: { revokedAt: string | null; expiresAt: string | null }): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  return expiresAt === null ? 'valid' : `until ${expiresAt}`;
}

/** The least role by default: who needs more says so. */
function roleOption(): Option {
  return new Option('--role <role>', 'viewer reads, operator starts and steers, super_admin does everything')
    .choices(ROLES)
    .default('viewer');
}

const HELP = `
Examples:
  export LONGPLAY_TOKEN=$(longplay token create "backup script" --role operator)
  longplay token create "wall display" --expires 2027-01-31`;
