import type { z } from 'zod';

import { previewPath } from '../../activities/acquisition/preview-path.js';
import { usualExtension } from '../../domain/acquisition/file-names.js';
import { templateFor } from '../../domain/acquisition/path-template.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { findItemById, type LibraryItemRow } from '../../store/acquisition/library-items.js';
import { findLibrary } from '../../store/acquisition/libraries.js';
import type { Queryable } from '../../store/database.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { requireStored } from '../requests/stored-request.js';
import { idParams } from '../schemas/parameters.js';
import { previewBody, previewView } from '../schemas/preview.js';

export const previewPathOperation = defineOperation({
  id: 'previewPath',
  tag: 'libraries',
  summary: 'Where an item would be filed, what its names lose, and what stands in its way; writes nothing',
  params: idParams,
  body: previewBody,
  responses: { 200: { description: 'The path', schema: previewView } },
  handle: async ({ db, roots }, { params, body }) => {
    const library = await findLibrary(db, params.id);
    if (library === undefined) throw new HttpProblem('gone', `There is no library "${params.id}"`);
    const item = await itemOf(db, body);
    const { extensions = [usualExtension(item.mediaType)] } = body;
    const template = body.template ?? templateFor(library.pathTemplate, item.mediaType);
    const previewed = await blamingTemplate(() =>
      previewPath({ db, roots }, { library, template, item, extensions }),
    );
    return { status: 200, body: { template, ...previewed } };
  },
});

async function itemOf(
  db: Queryable,
  { item, requestId, libraryItemId }: z.output<typeof previewBody>,
): Promise<MediaItem> {
  if (requestId !== undefined) return (await requireStored(db, requestId)).item;
  if (libraryItemId !== undefined) return storedItem(db, libraryItemId);
  return known(item ?? {});
}

async function storedItem(db: Queryable, id: string): Promise<MediaItem> {
  const row = await findItemById(db, id);
  if (row === undefined) throw new HttpProblem('gone', `There is no library item "${id}"`);
  const fields: (keyof LibraryItemRow)[] = [
    'mediaType',
    'title',
    'author',
    'narrator',
    'year',
    'asin',
    'isbn',
    'season',
    'episode',
  ];
  return known(Object.fromEntries(fields.map((field) => [field, row[field] ?? undefined])));
}

/** Absent and undefined are one here. */
function known(fields: object): MediaItem {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as MediaItem;
}

/** Only the template can be wrong here. */
async function blamingTemplate<Result>(preview: () => Promise<Result>): Promise<Result> {
  try {
    return await preview();
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'bad_input') throw error;
    throw new HttpProblem('bad_input', error.message, {
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      errors: [{ pointer: '/template', detail: error.message }],
      cause: error,
    });
  }
}
