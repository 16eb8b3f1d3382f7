import type { Command } from 'commander';

import { requireFolder } from '../direct/media/files.js';
import { onFile, type OnFile } from '../direct/media/on-file.js';
import { scanFolder, type ListedVideo } from '../direct/media/scan-folder.js';
import { createOutput } from '../output.js';
import type { ProgramDeps } from '../program-deps.js';
import { listedHead, listedLine, listedReason } from '../render/listed.js';
import { openSession } from '../session.js';
import { checkMediaOptions, postMediaJob, withMediaOptions, type MediaOptions } from './media-job.js';

type ScanType = 'scan' | 'public_scan';

export function addScans(group: Command, deps: ProgramDeps): void {
  addScan(group, deps, {
    ...{ type: 'scan', name: 'scan', directory: 'below the root library, such as films, or inbox:' },
    description: 'Finds the videos of a directory and what is in them.',
  });
  addScan(group, deps, {
    ...{ type: 'public_scan', name: 'public-scan', directory: 'below the root public' },
    description: 'Finds what browsers cannot play in a directory of the gallery.',
  });
}

interface About {
  type: ScanType;
  name: string;
  description: string;
  directory: string;
}

function addScan(group: Command, deps: ProgramDeps, about: About): void {
  const command = group
    .command(about.name)
    .description(`${about.description} With --direct it prints one line a file, and keeps nothing.`)
    .argument('[folder]', `${about.directory}, by default videos; with --direct any folder, by default .`);
  withMediaOptions(command).action(async (folder: string | undefined, options: MediaOptions) => {
    checkMediaOptions(options, { only: {} });
    if (options.direct === true) {
      await scanDirect(deps, { type: about.type, given: folder ?? '.', options });
      return;
    }
    const params = folder === undefined ? {} : { directoryType: folder };
    await postMediaJob(await openSession(deps, options), { type: about.type, params, options });
  });
}

interface Counts {
  videos: number;
  playable: number;
  unplayable: number;
  invalid: number;
}

async function scanDirect(
  deps: ProgramDeps,
  { type, given, options }: { type: ScanType; given: string; options: MediaOptions },
): Promise<void> {
  const folder = await requireFolder(given);
  const output = createOutput({ ...deps, json: options.json === true });
  const counts = { videos: 0, playable: 0, unplayable: 0, invalid: 0 };
  const work = {
    ...{ type, title: `Scan ${given}`, params: { directoryType: given }, weights: { scanVideos: 1 } },
    ...{ isList: true as const, left: () => undefined },
  };
  // Who pipes into `head` has seen enough.
  let isRead = true;
  deps.stdout.once('error', () => (isRead = false));
  await onFile(deps, options, work, (on) => tellAll(on, { type, folder, counts, isRead: () => isRead }));
  output.note(output.json ? JSON.stringify(counts) : sayCounts(counts));
}

interface Telling {
  type: ScanType;
  folder: string;
  counts: Counts;
  isRead: () => boolean;
}

async function tellAll(
  { media, output, during }: OnFile,
  { type, folder, counts, isRead }: Telling,
): Promise<void> {
  await during('scanVideos', async (step) => {
    if (!output.json) output.lines([listedHead(type)]);
    for await (const video of scanFolder({ folder, media, step })) {
      if (!isRead()) return;
      count(counts, video);
      if (type === 'public_scan' && video.playable !== false) continue;
      if (output.json) output.record(video);
      else output.lines([type === 'scan' ? listedLine(video) : listedReason(video)]);
    }
  });
}

function count(counts: Counts, { valid, playable }: ListedVideo): void {
  counts.videos += 1;
  if (valid !== true) counts.invalid += 1;
  else if (playable === true) counts.playable += 1;
  else counts.unplayable += 1;
}

function sayCounts({ videos, playable, unplayable, invalid }: Counts): string {
  return `${videos} files: ${playable} play in browsers, ${unplayable} need an encode, ${invalid} are no videos`;
}
