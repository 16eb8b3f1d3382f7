import { z } from 'zod';

import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';
import { scannedPlace } from '../../domain/media/scanned-place.js';
import { DIRECTORY, SCAN_PARAMS, SLICED } from './scan-params.js';

export const scan = defineJobType({
  type: 'scan',
  summary: 'Finds the videos of a library directory, looks into new and changed ones, and marks missing ones',
  params: z.strictObject({
    ...SCAN_PARAMS,
    directoryType: z
      .string()
      .max(200)
      .refine(isScannable, 'expected the name of a directory such as videos, or a place such as inbox:')
      .default('videos')
      .describe('videos is library:videos; inbox: is all of the inbox, library: all of the library'),
  }),
  title: (params) => `Scan ${placeOf(params)}`,
  subject: (params) => ({ type: 'video_directory', id: placeOf(params) }),
  permit: { group: (params) => `scan:${placeOf(params)}`, maximum: 1 },
  steps: { [SLICED]: step('cpu', 60) },
  sliced: SLICED,
  retryWaitsMs: MEDIA_RETRY_MS,
});

function isScannable(directoryType: string): boolean {
  const { folder } = scannedPlace(directoryType);
  return DIRECTORY.test(folder) || (folder === '' && directoryType !== '');
}

function placeOf({ directoryType }: { directoryType: string }): string {
  const { root, folder } = scannedPlace(directoryType);
  return `${root}:${folder}`;
}
