import type { Command } from 'commander';
import { z } from 'zod';

import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';

const marked = z.looseObject({ root: z.string() });

const WHEN =
  'after a move to another disk, or when its marker was deleted. Until then nothing is written there.';

export function addLibraryMark(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('mark')
    .description(`Takes the disk that is mounted at a library’s root as the right one: ${WHEN}`)
    .argument('<id>', 'the library’s id');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = `/api/libraries/${encodeURIComponent(id)}/mark`;
    const answer = await client.send({ method: 'POST', path, answer: marked });
    output.show(answer, () => [`Marked ${answer.root} as the disk of ${id}.`]);
  });
}

/** Of all clients: their downloads go below one root. */
export function addDownloadsMark(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('mark')
    .description(`Takes the disk that is mounted where downloads go as the right one: ${WHEN}`);
  withApiOptions(command).action(async (options: SharedOptions) => {
    const { client, output } = await openSession(deps, options);
    const path = '/api/download-clients/mark-root';
    const answer = await client.send({ method: 'POST', path, answer: marked });
    output.show(answer, () => [`Marked ${answer.root} as the disk of downloads.`]);
  });
}
