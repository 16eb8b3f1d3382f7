import { rename } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import type { SegmentCheckpoint } from '../../domain/media/segments.js';
import { syncFile, syncFolders } from '../../integrations/files/sync.js';
import { statIfThere } from '../../integrations/files/target.js';
import { segmentFiles } from '../../media/segments/segment-files.js';
import type { StepContext } from '../jobs/step.js';

export const segmentCheckpoint = z.object({
  key: z.string(),
  finished: z.int().min(0),
  frames: z.int().min(0),
  isWhole: z.boolean(),
});

/** The checkpoint of a step that may go several ways: each goes on from what the last one has left. */
export class SavedSegments {
  readonly #step: StepContext;
  #latest: unknown;

  constructor(step: StepContext) {
    this.#step = step;
    this.#latest = step.checkpoint;
  }

  get latest(): SegmentCheckpoint | undefined {
    return segmentCheckpoint.safeParse(this.#latest).data;
  }

  readonly save = async (checkpoint: SegmentCheckpoint): Promise<void> => {
    await this.#step.saveCheckpoint(checkpoint);
    this.#latest = checkpoint;
  };
}

/** Name of the first one that is not there, or is empty after a power cut; undefined: all are. */
export async function missingSegment(
  folder: string,
  { finished }: SegmentCheckpoint,
): Promise<string | undefined> {
  for (const file of segmentFiles(folder, finished)) {
    const found = await statIfThere(file);
    if (found === undefined || found.size === 0) return path.basename(file);
  }
  return undefined;
}

/** Puts a checked segment onto the disk for good, under its final name. */
export async function keepSegment(made: string, file: string): Promise<void> {
  await syncFile(made);
  await rename(made, file);
  await syncFolders([path.dirname(file)]);
}
