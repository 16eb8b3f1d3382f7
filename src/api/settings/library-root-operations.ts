import { z } from 'zod';

import { markRoot } from '../../activities/acquisition/root-state.js';
import { Fault } from '../../domain/faults.js';
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
  handle: async ({ roots, db }, { params }) => {
    const { id, root } = await requireLibrary(db, params.id);
    if (await markRoot({ roots, db }, root))
      return { status: 200, body: { id, root }, audit: { detail: { root } } };
    throw new Fault('environment', `Expected to write the marker of ${root}, nothing may be written there`, {
      remedy: 'Let Longplay’s user write there; a library that it only reads needs no marker',
    });
  },
});
