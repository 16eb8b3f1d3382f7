import type { Command } from 'commander';
import { z } from 'zod';

import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

const polled = z.looseObject({ asked: z.boolean() });

/** For the scripts that clients run when something has ended (docs/download-clients.md). */
export function addClientPoll(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('poll')
    .description('Has the client asked now what it has, and not only at its next time.')
    .argument('<id>', 'the client’s id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `/api/download-clients/${encodeURIComponent(id)}/poll`;
    const answer = await client.send({ method: 'POST', path, answer: polled });
    output.show(answer, () => [answer.asked ? `${id} is asked now.` : `${id} was asked a moment ago.`]);
  });
}
