import { createRandom } from '../../support/random.js';
import { makeLibrary, makeReleases, makeWanted } from '../../support/made-releases.js';
import { defineBench } from '../harness/bench.js';
import { decideReleases } from './decide-releases.js';
import { matchLibrary } from './match-library.js';
import { organizeFiles } from './organize-files.js';
import { closeAllParts } from './own-parts.js';
import { pollDownloads } from './poll-downloads.js';
import { scanFolders } from './scan-folder.js';
import type { AcquisitionStage } from './stage.js';

const SEED = 1;

/** What one search, one scan and one poll cost in the process that makes them; only the poll needs servers. */
export const acquisitionBench = defineBench<AcquisitionStage>({
  name: 'acquisition',
  summary:
    'What deciding and watching costs: ranking releases, matching a library with what is wanted, polling a client',
  open: () => {
    const library = makeLibrary(createRandom(SEED, 'library'), 50_000);
    const stage = {
      releases: makeReleases(createRandom(SEED, 'releases'), 10_000),
      library,
      wanted: makeWanted(createRandom(SEED, 'wanted'), library, 1_000),
    };
    return Promise.resolve({ stage, machine: {}, close: closeAllParts });
  },
  parts: [decideReleases, matchLibrary, pollDownloads, scanFolders, organizeFiles],
});
