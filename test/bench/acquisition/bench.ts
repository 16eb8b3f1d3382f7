import { createRandom } from '../../support/random.js';
import { makeLibrary, makeReleases, makeWanted } from '../../support/made-releases.js';
import { defineBench } from '../harness/bench.js';
import { decideReleases } from './decide-releases.js';
import { matchLibrary } from './match-library.js';
import type { AcquisitionStage } from './stage.js';

const SEED = 1;

/** The rules alone, without servers: what one search and one scan cost in the process that decides. */
export const acquisitionBench = defineBench<AcquisitionStage>({
  name: 'acquisition',
  summary: 'What deciding costs: ranking the releases of a search, matching a library with what is wanted',
  open: () => {
    const library = makeLibrary(createRandom(SEED, 'library'), 50_000);
    const stage = {
      releases: makeReleases(createRandom(SEED, 'releases'), 10_000),
      library,
      wanted: makeWanted(createRandom(SEED, 'wanted'), library, 1_000),
    };
    return Promise.resolve({ stage, machine: {}, close: () => Promise.resolve() });
  },
  parts: [decideReleases, matchLibrary],
});
