import { decide, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import { MADE_ITEM } from '../../support/made-releases.js';
import type { Part } from '../harness/bench.js';
import { atMostMs, medianAndWorst } from '../harness/delays.js';
import { median } from '../harness/quantile.js';
import { timeRuns, type AcquisitionStage } from './stage.js';

const NAME = 'decide among 10,000 candidates';
const SERIES = { warmUp: 5, runs: 15 };

/** Everything that a search of many indexers found, ranked with every reason. */
export const decideReleases: Part<AcquisitionStage> = {
  name: 'decide',
  measure: ({ releases }) => {
    const input: DecisionInput = {
      item: MADE_ITEM,
      releases,
      indexers: ['alpha', 'beta', 'gamma'].map((id, at) => ({
        id,
        name: id,
        priority: 25 - at,
        minimumSeeders: 1,
      })),
      blocklist: [],
      grabbed: [],
      protocols: ['torrent', 'usenet'],
      now: Date.UTC(2026, 1, 2),
    };
    const { delays, cpu } = timeRuns(() => decide(input), SERIES);
    // What reading them from the database costs beside the query.
    const copied = timeRuns(() => JSON.parse(JSON.stringify(releases)) as unknown, SERIES);
    const name = 'to write and read them as JSON';
    const [inTime, inCpu] = [copied.delays, copied.cpu].map((series) => ({
      yardstick: { name, value: median(series), unit: 'ms' as const },
    }));
    return Promise.resolve([
      ...medianAndWorst(NAME, delays, atMostMs(250)).map((figure) => ({ ...figure, ...inTime })),
      { name: `${NAME}, CPU`, value: median(cpu), unit: 'ms', ...inCpu },
    ]);
  },
};
