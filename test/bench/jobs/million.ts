import { Skipped, type Part } from '../harness/bench.js';
import { atMostMs, medianAndP99 } from '../harness/delays.js';
import type { Measured } from '../harness/figure.js';
import type { ServiceSet } from '../stage/service-set.js';
import { fillJobs } from './fill.js';
import type { JobsStage } from './stage.js';

export const ROWS = 1_000_000;
const REQUESTS = 200;
const WARM_UP = 10;
const SERIES_MS = 6_000;
const STATS = '/api/jobs/stats';

const WORDS = ['north', 'harbour', 'lantern', 'meadow', 'copper', 'winter', 'signal', 'garden'];
const pick = (from: readonly string[], number: number): string => from[number % from.length] ?? '';

/** What people and the page ask for, by the words of the figure; the number makes each request another. */
const ASKED: Record<string, (number: number) => string> = {
  'list by status and type': (number) =>
    `?status=${pick(['failed', 'completed', 'cancelled'], number)}&type=${pick(['demo_noop', 'demo_steps'], number)}`,
  'list by a pair that never occurs': () => '?status=failed&type=search_indexers',
  'list of what is open': () => '?status=queued&status=running&status=paused&status=pending',
  'search for a word of many titles': (number) => `?search=${pick(WORDS, number)}`,
  'search for a title that few have': (number) => `?search=${pick(WORDS, number)}%20${number}`,
  'search for a title that none has': (number) => `?search=nowhere%20${number}`,
  'search for the beginning of an id': (number) => `?search=demo_noop-00${number}`,
  'search among the failed': (number) => `?status=failed&search=${pick(WORDS, number)}%20${number}`,
  'list by subject': (number) => `?subject=item:${number * 37}`,
};

export const ROWS_IN_WORDS = '1,000,000 jobs';

/** Lists at a million rows, through the API, one request at a time. */
export const lists: Part<JobsStage> = {
  name: 'lists',
  measure: async ({ set }) => {
    await fillJobs(set.db, ROWS);
    const figures: Measured[] = [];
    for (const [name, query] of Object.entries(ASKED)) {
      const delays = await ask(set, (number) => `/api/jobs${query(number)}`);
      figures.push(...medianAndP99(`${ROWS_IN_WORDS}: ${name}`, delays, atMostMs(50)));
    }
    return figures;
  },
};

export const stats: Part<JobsStage> = {
  name: 'stats',
  measure: async ({ set }) => {
    const { status } = await set.send('GET', STATS);
    if (status === 404) throw new Skipped(`GET ${STATS} is not there yet (404)`);
    await fillJobs(set.db, ROWS);
    const delays = await ask(set, () => STATS);
    return medianAndP99(`${ROWS_IN_WORDS}: counts by status and type`, delays, atMostMs(50));
  },
};

/** The times of all answers, milliseconds, without the warm-up. A series that takes too long ends early. */
export async function ask(set: ServiceSet, address: (number: number) => string): Promise<number[]> {
  const delays: number[] = [];
  const begun = performance.now();
  for (let number = 0; number < WARM_UP + REQUESTS; number += 1) {
    const sentAt = performance.now();
    const { status } = await set.send('GET', address(number));
    if (status !== 200) throw new Error(`Expected 200 from ${address(number)}, got ${status}`);
    delays.push(performance.now() - sentAt);
    if (performance.now() - begun > SERIES_MS && number > WARM_UP) break;
  }
  return delays.slice(WARM_UP);
}
