import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { Client, Connection } from '@temporalio/client';

import { DEMO_API_KEY, type Stage } from '../../src/cli/demo/stage.js';
import { startStage, wishForBook } from '../support/stage.js';
import { playAct, type Copy } from './acts.js';
import type { Soak } from './arguments.js';
import { checkAttempts } from './checks/attempts.js';
import type { Check, Evidence, Violation } from './checks/evidence.js';
import { checkLeftovers, checkLibrary, checkSamples } from './checks/leftovers.js';
import { checkOutcomes } from './checks/outcomes.js';
import {
  checkDeaths,
  checkEqual,
  checkFindings,
  checkProgress,
  checkRestarts,
  checkWishes,
} from './checks/rows.js';
import { checkSecrets } from './checks/secrets.js';
import { checkTemporal } from './checks/temporal.js';
import type { House } from './house/house.js';
import { startApart } from './house/start-apart.js';
import { startUp } from './house/start-up.js';
import { killAlong } from './killer.js';
import { createCall, type Call } from './load/api-client.js';
import { askAlong, askUntilAnswered } from './load/ask.js';
import { createLedger, type Ledger } from './load/ledger.js';
import { steerAlong } from './load/steer.js';
import { pass } from './pass.js';
import { createRandom } from '../support/random.js';
import { makeReport, type SoakReport } from './report.js';
import { createSamples, sampleAlong, type Samples } from './sampler.js';
import { saveEvidence } from './save-evidence.js';
import { settle } from './settle.js';

const MINUTE_MS = 60_000;
const QUIET_MS = 90_000;
const UP_MS = 60_000;
const ANSWER_MS = 30_000;
const UPLOAD_BYTES_PER_SECOND = 2_000_000;

const CHECKS: readonly Check[] = [
  ...[
    checkOutcomes,
    checkTemporal,
    checkEqual,
    checkAttempts,
    checkProgress,
    checkWishes,
    checkDeaths,
    checkFindings,
    checkRestarts,
  ],
  ...[checkSamples, checkLibrary, checkLeftovers, checkSecrets],
];

/** Starts the house, loads and kills it, lets it settle, and looks whether every invariant held. */
export async function runSoak(soak: Soak): Promise<SoakReport> {
  const { options, folder, say } = soak;
  say(`seed ${options.seed}, ${options.minutes} min, ${options.kills} kills, data in ${folder}`);
  const house = await (options.shape === 'apart' ? startApart : startUp)({ folder, seed: options.seed });
  const stage = options.requests > 0 ? await startStage(folder, UPLOAD_BYTES_PER_SECOND) : undefined;
  try {
    await house.allUp(UP_MS);
    say('the house is up');
    return await soakHouse(soak, house, stage);
  } finally {
    await stage?.close();
    await house.stop();
  }
}

async function soakHouse(soak: Soak, house: House, stage: Stage | undefined): Promise<SoakReport> {
  const { options, say } = soak;
  const call = createCall(house, createRandom(options.seed, 'which API'));
  const ledger = createLedger();
  if (stage !== undefined) await furnish(house, call, stage);
  const looking = new AbortController();
  const samples = createSamples();
  const sampling = sampleAlong(house, samples, looking.signal);
  soak.halt.addEventListener('abort', () => {
    looking.abort();
  });
  const begunMs = Date.now();
  const { kills, notes } = await loadAndKill(soak, { house, call, ledger, stage, samples });
  say(`load and kills are over: ${kills.length} kills, ${ledger.asked.length} jobs asked for`);
  await house.allUp(UP_MS);
  const settled = await settle(house, call, QUIET_MS);
  looking.abort();
  const connection = await Connection.connect({ address: house.temporal().address });
  const temporal = new Client({ connection, namespace: house.temporal().namespace });
  const mediaHash = stage === undefined ? undefined : await hashOf(stage.media.book.file);
  await sampling;
  const temporalWasLost = notes.some((note) => note.startsWith('temporal-file: deleted'));
  const evidence: Evidence = {
    ...{ house, temporal, ledger, samples, kills, settled, mediaHash },
    temporalWasLost,
  };
  try {
    return await judge(soak, evidence, { begunMs, notes });
  } finally {
    await connection.close();
  }
}

async function judge(
  { options }: Soak,
  evidence: Evidence,
  told: { begunMs: number; notes: string[] },
): Promise<SoakReport> {
  const violations: Violation[] = [];
  for (const check of CHECKS) violations.push(...(await check(evidence)));
  const keep = options.keep || violations.length > 0;
  if (keep) await saveEvidence(evidence, violations);
  const folder = keep ? evidence.house.folder : null;
  return makeReport(evidence, { options, ...told, violations, folder });
}

interface Loaded {
  house: House;
  call: Call;
  ledger: Ledger;
  stage: Stage | undefined;
  samples: Samples;
}

/** Kills for the given minutes, then the special acts; load and steering go on until both are over. */
async function loadAndKill(
  soak: Soak,
  loaded: Loaded,
): Promise<{ kills: Evidence['kills']; notes: string[] }> {
  const { options } = soak;
  const forMs = options.minutes * MINUTE_MS;
  const over = new AbortController();
  const giveUp = new AbortController();
  soak.halt.addEventListener('abort', () => {
    over.abort();
    giveUp.abort();
  });
  const random = (name: string) => createRandom(options.seed, name);
  const load = { ...loaded, giveUp: giveUp.signal };
  const asking = askAlong({ ...load, random: random('load'), halt: over.signal });
  const steering = steerAlong({ ...loaded, random: random('steering') }, over.signal);
  const requests = { count: options.requests, random: random('requests'), halt: over.signal, forMs };
  const requesting = requestAlong(load, requests);
  const killing = { count: options.kills, forMs, random: random('kills'), halt: soak.halt };
  const loading = async (): Promise<{ kills: Evidence['kills']; notes: string[] }> => {
    const [kills] = await Promise.all([killAlong(loaded.house, killing), pass(forMs, soak.halt)]);
    return { kills, notes: await playActs(soak, loaded) };
  };
  const done = await loading().finally(() => {
    over.abort();
  });
  setTimeout(() => {
    giveUp.abort();
  }, ANSWER_MS).unref();
  await Promise.all([steering, requesting, ...(await asking).asking]);
  return done;
}

async function playActs({ options, halt, say }: Soak, { house, call, samples }: Loaded): Promise<string[]> {
  const notes: string[] = [];
  for (const act of halt.aborted ? [] : options.acts) {
    await house.allUp(UP_MS);
    const restored = (copy: Copy): void => {
      samples.reached.clear();
      samples.copies.push(copy);
    };
    notes.push(await playAct(act, { house, call, short: options.shortActs, halt, restored }));
    say(notes.at(-1) ?? '');
  }
  return notes;
}

/** Real requests, at random moments of the first half, so that there is time for them. */
async function requestAlong(
  load: Loaded & { giveUp: AbortSignal },
  {
    count,
    random,
    halt,
    forMs,
  }: { count: number; random: ReturnType<typeof createRandom>; halt: AbortSignal; forMs: number },
): Promise<void> {
  if (load.stage === undefined) return;
  const draft = { type: 'request', body: wishForBook(load.stage), expected: 'completed' as const };
  for (let asked = 0; asked < count && !halt.aborted; asked += 1) {
    await pass((random.next() * forMs) / 2 / count, halt);
    await askUntilAnswered({ ...load, random }, draft, '/api/requests');
  }
}

/** The indexer and, where Longplay has none of its own, the download client, as a person enters them. */
async function furnish(house: House, call: Call, stage: Stage): Promise<void> {
  const indexer = { id: 'demo', name: 'Demo', baseUrl: stage.indexer.url, secret: DEMO_API_KEY };
  await mustTake(call, '/api/indexers', indexer);
  house.secrets.push(DEMO_API_KEY);
  const { body } = await call('GET', '/api/download-clients');
  if ((body['downloadClients'] as unknown[]).length > 0) return;
  const { id, rpcUrl, secret } = house.aria2();
  await mustTake(call, '/api/download-clients', { id, name: 'aria2', baseUrl: rpcUrl, secret });
}

async function mustTake(call: Call, address: string, body: object): Promise<void> {
  const { status, body: answer } = await call('POST', address, { body });
  if (status !== 201)
    throw new Error(`Expected ${address} to take its settings, got ${status} ${JSON.stringify(answer)}`);
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
