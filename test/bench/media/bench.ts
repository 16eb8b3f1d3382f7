import { closeAllParts } from '../acquisition/own-parts.js';
import { defineBench } from '../harness/bench.js';
import { scanVideos } from './scan-videos.js';

/** What the video library costs; needs no Temporal. */
export const mediaBench = defineBench<undefined>({
  name: 'media',
  summary: 'What the video library costs: scanning a directory for the first time, and again',
  open: () => Promise.resolve({ stage: undefined, machine: {}, close: closeAllParts }),
  parts: [scanVideos],
});
