import type { Command } from 'commander';
import { z } from 'zod';

import { formatDuration } from '../../domain/jobs/amounts.js';
import type { ProgramDeps } from '../program-deps.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { runToEnd } from '../watch/run-to-end.js';

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
      const params = { libraryId, path, dryRun };
      const told = merged.safeParse(await runToEnd(session, { type: 'merge_chapters', params }));
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
