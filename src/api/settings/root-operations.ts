import { z } from 'zod';

import { DOWNLOADS, markRoot } from '../../activities/acquisition/root-state.js';
import { Fault } from '../../domain/faults.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { idParams } from '../schemas/parameters.js';
import { requireLibrary } from './library-operations.js';

export const markLibraryRootOperation = defineOperation({
  id: 'markLibraryRoot',
  tag: 'libraries',
  summary: 'Takes the disk that is mounted at a library’s root as the right one',
  params: idParams,
  responses: {
    200: { description: 'Marked', schema: z.strictObject({ id: z.string(), root: z.string() }) },
  },
  handle: async (context, { params }) => {
    const { id, root } = await requireLibrary(context.db, params.id);
    await mark(context, root);
    return { status: 200, body: { id, root }, audit: { detail: { root } } };
  },
});

export const markDownloadsRootOperation = defineOperation({
  id: 'markDownloadsRoot',
  tag: 'download-clients',
  summary: 'Takes the disk that is mounted where downloads go as the right one',
  responses: { 200: { description: 'Marked', schema: z.strictObject({ root: z.string() }) } },
  handle: async (context) => {
    await mark(context, DOWNLOADS);
    return { status: 200, body: { root: DOWNLOADS }, audit: { target: DOWNLOADS } };
  },
});

/** @throws Fault environment where nothing may be written, or nothing is mounted. */
async function mark({ roots, db }: ApiContext, root: string): Promise<void> {
  if (await markRoot({ roots, db }, root)) return;
  throw new Fault('environment', `Expected to write the marker of ${root}, nothing may be written there`, {
    remedy: 'Let Longplay’s user write there; what it only reads needs no marker',
  });
}
