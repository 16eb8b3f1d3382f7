import type { Part } from '../harness/bench.js';
import { median } from '../harness/quantile.js';
import { eventually } from '../../support/eventually.js';
import { cpuOf } from '../stage/process-tree.js';
import type { ServiceSet } from '../stage/service-set.js';
import { postJob } from './post-job.js';
import type { JobsStage } from './stage.js';

const IN_FLIGHT = 64;
const ROUNDS = 3;
const JOBS_A_ROUND = 192;
/** One question for all that are open; more often would take the CPU that is measured. */
const ASK_EACH_MS = 50;

interface Round {
  perSecond: number;
  /** Of every process of the bench, the client with them; milliseconds a job. */
  cpuMs: number;
}

/** No-op jobs with every row, attempt and state written, by turns with bare workflows. */
export const throughput: Part<JobsStage> = {
  name: 'throughput',
  measure: ({ set, withBare }) =>
    withBare(async (bare) => {
      const ours: Round[] = [];
      const theirs: Round[] = [];
      await inFlight(IN_FLIGHT, bare.run);
      await runOurs(set, IN_FLIGHT);
      for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push(await measureRound(() => inFlight(JOBS_A_ROUND, bare.run)));
        ours.push(await measureRound(() => runOurs(set, JOBS_A_ROUND)));
      }
      const name = 'bare one-activity workflows';
      const medianOf = (rounds: Round[], of: keyof Round): number => median(rounds.map((one) => one[of]));
      return [
        {
          ...{ name: 'no-op jobs, 64 in flight', value: medianOf(ours, 'perSecond'), unit: 'jobs/s' },
          goal: { kind: 'atLeast', timesYardstick: 0.8 },
          yardstick: { name, value: medianOf(theirs, 'perSecond'), unit: 'jobs/s' },
        },
        {
          ...{ name: 'CPU of a no-op job, all processes', value: medianOf(ours, 'cpuMs'), unit: 'ms' },
          yardstick: { name, value: medianOf(theirs, 'cpuMs'), unit: 'ms' },
        },
      ];
    }),
};

/** CPU too, since it stays the same while others use the machine, and jobs per second do not. */
async function measureRound(run: () => Promise<number>): Promise<Round> {
  let tookMs = 0;
  const cpuMs = await cpuOf(process.pid, async () => {
    tookMs = await run();
  });
  return { perSecond: (JOBS_A_ROUND * 1_000) / tookMs, cpuMs: cpuMs / JOBS_A_ROUND };
}

/** Resolves with the time that all took, milliseconds. */
async function inFlight(count: number, run: () => Promise<unknown>): Promise<number> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return performance.now() - begun;
}

/** Counts only what its row says is completed. */
async function runOurs(set: ServiceSet, count: number): Promise<number> {
  const open = new Map<string, () => void>();
  let over = false;
  const watching = eventually(
    async () => {
      for (const id of await completedOf(set, [...open.keys()])) {
        open.get(id)?.();
        open.delete(id);
      }
      return over;
    },
    { withinMs: 300_000, everyMs: ASK_EACH_MS },
  );
  const tookMs = await inFlight(count, async () => {
    const { id } = await postJob(set, 'demo_noop', {});
    await new Promise<void>((resolve) => open.set(id, resolve));
  });
  over = true;
  await watching;
  return tookMs;
}

async function completedOf({ db }: ServiceSet, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    `select id from jobs where id = any($1::text[]) and status = 'completed'`,
    [ids],
  );
  return rows.map(({ id }) => id);
}
