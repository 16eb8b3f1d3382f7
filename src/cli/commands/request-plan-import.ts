import type { Command } from 'commander';
import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import { formatBytes } from '../../domain/jobs/amounts.js';
import type { ProgramDeps } from '../program-deps.js';
import { requestDetail } from '../request-answers.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { runToEnd } from '../watch/run-to-end.js';

export function addPlanImport(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('plan-import')
    .description(
      'Tells what would be filed of what was downloaded, where, and what stands in the way; files nothing.',
    )
    .argument('<id>', 'the request, or its job');
  withApiOptions(command).action(async (id: string, options: SharedOptions) => {
    const session = await openSession(deps, options);
    const { client, output } = session;
    const found = await client.send({
      path: `/api/requests/${encodeURIComponent(id)}`,
      answer: requestDetail,
    });
    const { item, libraryId } = found;
    const params = { downloadId: finishedOf(found), libraryId, item, dryRun: true };
    const told = preview.safeParse(await runToEnd(session, { type: 'organize_files', params }));
    if (!output.json && told.success) output.lines(linesOf(told.data));
  });
}

/** @throws Fault bad_input where nothing lies there whole. */
function finishedOf({ id, downloads, state }: z.output<typeof requestDetail>): string {
  const finished = downloads.findLast(
    ({ completedAt, removedAt }) => completedAt !== null && removedAt === null,
  );
  if (finished !== undefined) return finished.id;
  throw new Fault('bad_input', `Expected a finished download of ${id}, it has none (${state})`, {
    remedy: 'Wait for its download; "longplay library preview" tells where an item would go',
  });
}

const preview = z.looseObject({
  folder: z.string().nullable(),
  files: z.array(z.looseObject({ from: z.string(), name: z.string(), sizeBytes: z.number() })),
  ignored: z.array(z.looseObject({ path: z.string(), why: z.string() })),
  more: z.number(),
  confidence: z.looseObject({ percent: z.number(), why: z.string() }).nullable(),
  placement: z.enum(['link', 'copy', 'other_disk']),
  doubt: z.string().nullable(),
});

function linesOf({
  folder,
  files,
  ignored,
  more,
  confidence,
  placement,
  doubt,
}: z.output<typeof preview>): string[] {
  return [
    ...(doubt === null ? [] : [`It would not be filed by itself: ${doubt}`]),
    ...(folder === null ? [] : [`To ${folder}, ${HOW[placement]}:`]),
    ...files.map(({ from, name, sizeBytes }) => `  ${name} (${formatBytes(sizeBytes)}), from ${from}`),
    ...(ignored.length === 0 ? [] : ['Left out:', ...ignored.map(({ path, why }) => `  ${path}: ${why}`)]),
    ...(more === 0 ? [] : [`and ${more} more files`]),
    ...(confidence === null ? [] : [`${confidence.percent} % sure: ${confidence.why}`]),
  ];
}

const HOW = {
  link: 'by hard link',
  copy: 'by copy',
  other_disk: 'by copy to another disk',
} as const;
