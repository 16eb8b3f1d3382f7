import { z } from 'zod';

import { PATH_CLASHES } from '../../activities/acquisition/preview-path.js';
import { mediaItem } from '../../catalogue/acquisition/media-item.js';
import { NAME_CHANGES } from '../../domain/acquisition/path-preview.js';
import { isStorable } from './parameters.js';

const storable = z.string().min(1).max(200).refine(isStorable, 'expected no NUL');

export const previewBody = z
  .strictObject({
    template: z.string().min(1).max(500).optional().describe('Default: the library’s own'),
    item: mediaItem.optional().describe('An item as it might be'),
    requestId: storable.optional().describe('The item of this request, instead'),
    libraryItemId: storable.optional().describe('An item that a library has, instead'),
    extensions: z
      .array(z.string().regex(/^\.[A-Za-z0-9]{1,5}$/, 'expected an extension such as .m4b'))
      .min(1)
      .max(1_000)
      .optional()
      .describe('Of the files that would be filed, in their order; default: one, as is usual for its kind'),
  })
  .refine(
    ({ item, requestId, libraryItemId }) =>
      [item, requestId, libraryItemId].filter((given) => given !== undefined).length === 1,
    { message: 'expected one of item, requestId and libraryItemId' },
  )
  .meta({ id: 'PreviewPath' });

export const previewView = z
  .strictObject({
    template: z.string(),
    folder: z.string().describe('Relative to the library'),
    names: z.array(
      z.strictObject({
        wanted: z.string().describe('What the template gave'),
        name: z.string().describe('What becomes of it; empty: nothing'),
        changes: z.array(z.enum(NAME_CHANGES)),
      }),
    ),
    slashes: z.array(z.string()).describe('Fields of the item whose slashes were made dashes'),
    files: z.array(z.string()),
    clashes: z.array(z.strictObject({ kind: z.enum(PATH_CLASHES), detail: z.string() })),
  })
  .meta({ id: 'PreviewedPath' });
