import type { X264Preset } from '../../../src/domain/media/playback-wish.js';
import type { Random } from '../../support/random.js';
import type { House } from '../house/house.js';
import { pass } from '../pass.js';
import type { Call } from '../load/api-client.js';
import { askUntilAnswered } from '../load/ask.js';
import type { Ledger } from '../load/ledger.js';
import type { Draft } from '../load/mix.js';
import { LONG_SECONDS, type Fixture } from './fixtures.js';

/** A fixture that a scan has found. */
export interface Film extends Fixture {
  videoId: string;
}

/** As many more are asked for once fewer than `low` are open: a line to be ordered, and no end that takes for ever. */
const OPEN = { low: 6, high: 10 };
const LOOK_MS = 500;
/** What takes minutes is worth a pause, and what keeps the cores busy comes more often. */
const LONG_SHARE = 3;
const PRESETS: Record<'long' | 'short', readonly [X264Preset, ...X264Preset[]]> = {
  long: ['medium', 'slow', 'slower'],
  short: ['fast', 'medium', 'slow'],
};
/** So that kills of its FFmpegs alone do not make a job fail. */
const MOST_RETRIES = 10;

export interface Loading {
  house: House;
  call: Call;
  ledger: Ledger;
  random: Random;
  films: readonly Film[];
  /** No fewer are asked for, however long it takes. */
  least: number;
  /** Time is over. */
  over: AbortSignal;
  /** Ends all of it. */
  giveUp: AbortSignal;
}

/** Asks for encodes in waves, so that the queue is never empty before the time is over. */
export async function askInWaves(loading: Loading): Promise<void> {
  const { house, ledger, over, giveUp, least } = loading;
  const draw = drawFrom(loading.films, loading.random);
  const asking: Promise<void>[] = [];
  while (!giveUp.aborted && (!over.aborted || ledger.asked.length < least)) {
    const open = await openJobs(house);
    if (open !== undefined && open < OPEN.low)
      for (let count = open; count < OPEN.high; count += 1)
        asking.push(askUntilAnswered(loading, draw(), '/api/jobs'));
    await pass(LOOK_MS, giveUp);
  }
  await Promise.all(asking);
}

/** Those that stand in line or run, not what is paused or waits for its next try; undefined while the database is away. */
async function openJobs(house: House): Promise<number | undefined> {
  const sql = `select count(*)::int as open from jobs j where type = 'reencode_streaming' and outcome_status is null
    and paused_at is null and not exists (select from job_steps s where s.job_id = j.id and s.state = 'backoff')`;
  const found = await house
    .database()
    .query<{ open: number }>(sql)
    .catch(() => undefined);
  return found?.rows[0]?.open;
}

/** Every film once before any comes again, then to another place with other settings: nothing is done twice. */
function drawFrom(films: readonly Film[], random: Random): () => Draft {
  const bag: Film[] = [];
  const asked = new Set<Film>();
  let number = 0;
  return () => {
    if (bag.length === 0) bag.push(...shuffled(films.flatMap(share), random));
    const film = bag.pop();
    if (film === undefined) throw new Error('Expected films to encode');
    number += 1;
    const outputPath = asked.has(film) ? { outputPath: `again/${number}.mp4` } : {};
    asked.add(film);
    const preset = random.pick(PRESETS[isLong(film) ? 'long' : 'short']);
    const params = { videoId: film.videoId, preset, crf: random.between(18, 28), ...outputPath };
    return {
      type: 'reencode_streaming',
      body: {
        ...{ type: 'reencode_streaming', params },
        ...{ priority: random.between(1, 10), maxRetries: MOST_RETRIES },
      },
      expected: film.ends === 'bad_input' ? 'failed' : 'completed',
    };
  };
}

function share(film: Film): Film[] {
  return Array.from({ length: isLong(film) ? LONG_SHARE : 1 }, () => film);
}

function isLong({ seconds }: Fixture): boolean {
  return seconds >= LONG_SECONDS;
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
