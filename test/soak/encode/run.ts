import { mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { findProcesses } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import type { Soak } from '../arguments.js';
import { pass } from '../pass.js';
import type { Evidence, Violation } from '../checks/evidence.js';
import type { House } from '../house/house.js';
import { rootFolders, startApart } from '../house/start-apart.js';
import { killAlong, type Kill } from '../killer.js';
import { createCall, type Call } from '../load/api-client.js';
import { createLedger, type Ledger } from '../load/ledger.js';
import { steerAlong, type Manner } from '../load/steer.js';
import { createSamples, sampleAlong } from '../sampler.js';
import { saveEvidence } from '../save-evidence.js';
import { settle } from '../settle.js';
import { makeFixtures } from './fixtures.js';
import { fillAlong, mountSmall, type FullTime } from './full-disk.js';
import { judge } from './judge.js';
import { askInWaves, type Film } from './load.js';
import { createLooks, lookAlong, type Looks } from './looks.js';
import type { EncodeReport } from './report.js';
import { FILMS, findFilms } from './world.js';

const MINUTE_MS = 60_000;
const UP_MS = 60_000;
/** The last encodes of ten, on a machine that has other work too. */
const SETTLE_MS = 15 * MINUTE_MS;
/** As many as were promised are asked for also after the time, but not for ever. */
const LATE_MS = 10 * MINUTE_MS;

/** One process owns the card, if there is one: so one gpu worker (docs/resources.md). */
const KINDS = ['api', 'core', 'cpu', 'gpu', 'core'] as const;
const CORES = availableParallelism();
/** A slot more than there are cores: room decides who encodes, and not the slots alone. */
const SETTINGS = {
  LONGPLAY_CPU_TOKENS: String(CORES),
  LONGPLAY_SLOTS_GPU_ENCODE: String(CORES + 1),
};

/** Encodes take longer than the jobs of the soak "kill"; who terminates a run undoes nothing, which is not asked here. */
const MANNER: Manner = {
  waitMs: [2_000, 7_000],
  shares: { pause: 0.4, resume: 0.2, prefer: 0.32, cancel: 0.08, retry: 0, terminate: 0 },
  pausedMs: [3_000, 25_000],
};

/** Encodes of mixed films under pause, cancel, kills and full disks (media.md A1 to A4, A6). */
export async function runEncode(soak: Soak): Promise<EncodeReport> {
  const { options, folder, say } = soak;
  const { seed, minutes, kills, requests } = options;
  say(`encode, seed ${seed}, ${minutes} min, ${requests} encodes, ${kills} kills, data in ${folder}`);
  const roots = rootFolders(folder);
  const temp = path.join(folder, 'temp');
  await mkdir(temp);
  const disks = await mountSmall(roots);
  try {
    await makeFixtures(path.join(roots.library, FILMS), { workFolder: path.join(folder, 'raw') });
    const notes = disks === undefined ? ['no disk was filled: only root can mount small ones'] : [];
    const judged = await soakHouse(soak, { temp, fillsDisks: disks !== undefined });
    const violations = [...judged.violations, ...(await orphans(folder, temp))];
    const kept = options.keep || violations.length > 0 ? folder : null;
    return { seed, minutes, ...judged, notes, violations, folder: kept };
  } finally {
    disks?.unmountAll();
  }
}

interface Stage {
  temp: string;
  fillsDisks: boolean;
}

async function soakHouse(soak: Soak, { temp, fillsDisks }: Stage): ReturnType<typeof judge> {
  const { options, folder, say } = soak;
  const settings = { ...SETTINGS, TMPDIR: temp };
  const house = await startApart({ folder, seed: options.seed, kinds: KINDS, settings });
  try {
    await house.allUp(UP_MS);
    const call = createCall(house, createRandom(options.seed, 'which API'));
    const films = await findFilms(call);
    say(`the house is up and has found ${films.length} films`);
    return await loadAndJudge(soak, { house, call, films, fillsDisks });
  } finally {
    await house.stop();
  }
}

interface Loaded {
  house: House;
  call: Call;
  films: readonly Film[];
  fillsDisks: boolean;
}

async function loadAndJudge(soak: Soak, loaded: Loaded): ReturnType<typeof judge> {
  const { house, call, films } = loaded;
  const ledger = createLedger();
  const [looks, samples] = [createLooks(), createSamples()];
  const looking = new AbortController();
  soak.halt.addEventListener('abort', () => {
    looking.abort();
  });
  const watching = [sampleAlong(house, samples, looking.signal), lookAlong(house, looks, looking.signal)];
  const { kills, fulls } = await loadAndKill(soak, { ...loaded, ledger, looks });
  soak.say(
    `load and kills are over: ${kills.length} kills, ${ledger.asked.length} encodes asked for; it settles`,
  );
  await house.allUp(UP_MS);
  const settled = await settle(house, call, SETTLE_MS);
  looking.abort();
  await Promise.all(watching);
  const { address, namespace } = house.temporal();
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection, namespace });
  const evidence: Evidence = {
    ...{ house, temporal, ledger, samples, kills, settled },
    ...{ temporalWasLost: false, mediaHash: undefined },
  };
  try {
    const judged = await judge(evidence, { films, looks, fulls, capacity: CORES });
    if (judged.violations.length > 0) await saveEvidence(evidence, judged.violations);
    return judged;
  } finally {
    await connection.close();
  }
}

async function loadAndKill(
  { options, halt }: Soak,
  loaded: Loaded & { ledger: Ledger; looks: Looks },
): Promise<{ kills: Kill[]; fulls: FullTime[] }> {
  const { house, looks, fillsDisks } = loaded;
  const forMs = options.minutes * MINUTE_MS;
  const random = (name: string) => createRandom(options.seed, name);
  const [over, giveUp] = [new AbortController(), new AbortController()];
  halt.addEventListener('abort', () => {
    over.abort();
    giveUp.abort();
  });
  const ends = { over: over.signal, giveUp: giveUp.signal };
  const asking = askInWaves({ ...loaded, random: random('load'), least: options.requests, ...ends });
  const steering = steerAlong({ ...loaded, random: random('steering'), manner: MANNER }, over.signal);
  const killing = { count: options.kills, forMs, random: random('kills'), halt };
  const filling = { looks, forMs, random: random('full disks'), halt };
  const [kills, fulls] = await Promise.all([
    killAlong(endangered(house), killing),
    fillsDisks ? fillAlong(house, filling) : [],
    pass(forMs, halt),
  ]);
  over.abort();
  setTimeout(() => {
    giveUp.abort();
  }, LATE_MS).unref();
  await Promise.all([asking, steering]);
  return { kills, fulls };
}

/** Nothing is downloaded here. */
function endangered(house: House): House {
  return {
    ...house,
    kinds: house.kinds.filter((kind) => kind !== 'aria2'),
    victims: async () => (await house.victims()).filter(({ kind }) => kind !== 'aria2'),
  };
}

/** Once all of the house has stopped: nothing of it runs, and nothing is left in its folder for temporary files. */
async function orphans(folder: string, temp: string): Promise<Violation[]> {
  const rule = 'no orphan (media.md A4)';
  const running = await findProcesses(folder);
  const left = await readdir(temp);
  return [
    ...running.map(({ pid, args }) => ({ rule, said: `the process ${pid} runs on: ${args.join(' ')}` })),
    ...left.map((name) => ({ rule, said: `${name} is left in the temporary folder` })),
  ];
}
