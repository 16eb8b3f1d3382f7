import { fuzzyMatch } from '../../../src/domain/acquisition/fuzzy-match.js';
import { indexLibrary } from '../../../src/domain/acquisition/library-index.js';
import type { Part } from '../harness/bench.js';
import { atMostMs } from '../harness/delays.js';
import { median } from '../harness/quantile.js';
import { timeRuns, type AcquisitionStage } from './stage.js';

const NAME = 'match 50,000 library items against 1,000 requests';
/** So many items are compared with all of the library in the plain way: all of them would take minutes. */
const COMPARED = 5;

/** A scan's library against everything that is wanted, the index made anew each time. */
export const matchLibrary: Part<AcquisitionStage> = {
  name: 'match',
  measure: ({ library, wanted }) => {
    const { delays, cpu } = timeRuns(
      () => {
        const index = indexLibrary(library);
        for (const item of wanted) index.match(item);
      },
      { warmUp: 1, runs: 3 },
    );
    const some = wanted.slice(0, COMPARED);
    const plain = timeRuns(() => some.map((item) => fuzzyMatch(item, library)), { warmUp: 0, runs: 1 });
    const name = `comparing each with each, reckoned from ${COMPARED}`;
    const [inTime, inCpu] = [plain.delays, plain.cpu].map((series) => ({
      yardstick: { name, value: (median(series) * wanted.length) / COMPARED, unit: 'ms' as const },
    }));
    return Promise.resolve([
      { name: NAME, value: median(delays), unit: 'ms', goal: atMostMs(5_000), ...inTime },
      { name: `${NAME}, CPU`, value: median(cpu), unit: 'ms', ...inCpu },
    ]);
  },
};
