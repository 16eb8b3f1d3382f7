import { randomUUID } from 'node:crypto';

import type { Command } from 'commander';
import { z } from 'zod';

import { formatDuration } from '../../domain/jobs/amounts.js';
import { job } from '../answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { watchToEnd } from '../watch/watch-to-end.js';

export function addLibraryMerge(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('merge')
    .description('Makes one M4B with chapters of a book’s separate files, and waits for it.')
    .argument('<library>', 'its id')
    .argument('<path>', 'the book’s folder, relative to the library')
    .option('--dry-run', 'only tell what would be merged')
    .addHelpText('after', HELP);
  withApiOptions(command).action(
    async (libraryId: string, path: string, options: SharedOptions & { dryRun?: true }) => {
      const session = await openSession(deps, options);
      const dryRun = options.dryRun === true;
      const created = await session.client.send({
        method: 'POST',
        path: '/api/jobs',
        body: { type: 'merge_chapters', params: { libraryId, path, dryRun } },
        headers: { 'idempotency-key': randomUUID() },
        answer: job,
      });
      await watchToEnd(session, created.id);
      const { result } = await session.client.send({
        path: `/api/jobs/${encodeURIComponent(created.id)}`,
        answer: job,
      });
      const told = merged.safeParse(result);
      if (!session.output.json && told.success) session.output.lines([sentenceOf(told.data)]);
    },
  );
}

const merged = z.looseObject({
  name: z.string(),
  files: z.number(),
  chapters: z.number(),
  seconds: z.number(),
  sound: z.enum(['copy', 'aac']),
});

function sentenceOf({ name, files, chapters, seconds, sound }: z.output<typeof merged>): string {
  const how = sound === 'copy' ? 'copied without a loss' : 'encoded as AAC';
  return `${name}: ${files} files, ${chapters} chapters, ${formatDuration(seconds * 1_000)}, ${how}`;
}

const HELP = `
Examples:
  longplay library merge library "Mary Shelley/Frankenstein" --dry-run
  longplay library merge library "Mary Shelley/Frankenstein"

The separate files go to the recycle bin once the merged one is verified and in its place;
"longplay library recycle restore --job ID" puts them back.`;
