import { Option, type Command } from 'commander';

import {
  MOVE_CONFLICTS,
  MOVE_LINKS,
  type MoveConflict,
  type MoveLink,
} from '../../domain/media/move-plan.js';
import { formatBytes } from '../../domain/jobs/amounts.js';
import { requireFile, requireFolder } from '../direct/media/files.js';
import { moveFile, type MovedFile } from '../direct/media/move-file.js';
import { onFile } from '../direct/media/on-file.js';
import { createOutput } from '../output.js';
import type { ProgramDeps } from '../program-deps.js';
import { checkMediaOptions, createMediaJob, withMediaOptions, type MediaOptions } from './media-job.js';

interface MoveOptions extends MediaOptions {
  conflict: MoveConflict;
  link: MoveLink;
}

const TYPE = 'move_to_library';

export function addMove(group: Command, deps: ProgramDeps): void {
  const command = group
    .command('move')
    .description('Moves a video with its sidecars; nothing is replaced unasked.')
    .argument('<video>', 'its id, path or title in the library; with --direct a file')
    .argument('<folder>', 'below the root library, such as films/2024; with --direct any folder')
    .addOption(
      new Option(
        '--conflict <what>',
        'where another file has the name: "name (2)", in its place, or a failure',
      )
        .choices(MOVE_CONFLICTS)
        .default('suffix'),
    )
    .addOption(
      new Option('--link <how>', 'auto moves, but a file with several hard links stays where it is')
        .choices(MOVE_LINKS)
        .default('auto'),
    );
  withMediaOptions(command).action(async (video: string, folder: string, options: MoveOptions) => {
    checkMediaOptions(options, { only: {} });
    const { conflict, link } = options;
    if (options.direct === true) await moveDirect(deps, { video, folder, options });
    else {
      const params = { targetDirectory: folder, conflict, link };
      await createMediaJob(deps, { type: TYPE, video, params, options });
    }
  });
}

async function moveDirect(
  deps: ProgramDeps,
  { video, folder, options }: { video: string; folder: string; options: MoveOptions },
): Promise<void> {
  const { conflict, link } = options;
  const [source, target] = [await requireFile(video), await requireFolder(folder)];
  const work = {
    ...{ type: TYPE, title: `Move ${source.name}`, params: { conflict, link } },
    weights: { planMove: 1, moveVideo: 19 },
  };
  const wish = { conflict, link };
  const moved = await onFile(deps, options, work, (on) => moveFile(on, { source, folder: target, wish }));
  if (moved === undefined) return;
  createOutput({ ...deps, json: options.json === true }).show(moved, () => movedLines(moved));
}

function movedLines({ from, path, how, bytes, companions }: MovedFile): string[] {
  const what =
    how === 'found' ? `${path} stood there already` : `${from} is at ${path} (${how}, ${formatBytes(bytes)})`;
  return [what, ...companions.map((name) => `  with ${name}`)];
}
