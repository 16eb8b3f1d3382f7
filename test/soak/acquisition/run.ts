import path from 'node:path';

import { createIntegrations } from '../../../src/integrations/create.js';
import type { DownloadClient } from '../../../src/integrations/download-clients/port.js';
import { createRandom } from '../../support/random.js';
import type { Soak, SoakOptions } from '../arguments.js';
import { pass } from '../pass.js';
import type { House } from '../house/house.js';
import { startApart } from '../house/start-apart.js';
import { killAlong, type Kill } from '../killer.js';
import { createCall, type Call } from '../load/api-client.js';
import { sayCounts, tally } from '../tally.js';
import { askForBooks } from './ask.js';
import { checkLibrary, checkOrphans, checkPace, checkStates, type Kept } from './checks.js';
import { startClients, type Clients } from './clients.js';
import { planBooks, type FixtureKind } from './fixtures.js';
import { API_KEY, startWorld, type World } from './world.js';

const MINUTE_MS = 60_000;
const UP_MS = 60_000;
/** Requests come in the first part of the kills, so that most of their ways are under them. */
const ASKING_SHARE = 0.4;
/** What a resting indexer or a held aria2 may still need once nobody kills any more. */
const SETTLE_MS = 15 * MINUTE_MS;
const LOOK_MS = 3_000;
/** So long nobody may change: what has ended must not come to life again. */
const STILL_MS = 20_000;

/** A slower call than the least time between two of the limited indexer, which is a second. */
const LIMITED_INTERVAL_MS = 1_500;
const STALL = { metadata: 1, withoutSeeds: 1, withoutProgress: 3 };

export interface AcquisitionReport {
  seed: number;
  minutes: number;
  requests: number;
  kills: Record<string, number>;
  byKind: Record<string, Record<string, number>>;
  calls: Record<string, { calls: number; tooFast: number }>;
  settledMs: number | null;
  wrong: string[];
  folder: string | null;
}

/** Requests over three indexers and three real clients, under kills of everything (issue: acquisition in full). */
export async function runAcquisition({ options, folder, halt, say }: Soak): Promise<AcquisitionReport> {
  const { seed, minutes, requests } = options;
  say(
    `acquisition, seed ${seed}, ${minutes} min, ${requests} requests, ${options.kills} kills, data in ${folder}`,
  );
  const house = await startApart({ folder, seed });
  const clients = await startClients(path.join(folder, 'clients'));
  const books = planBooks(requests);
  const world = await startWorld(path.join(folder, 'world'), books);
  try {
    await house.allUp(UP_MS);
    const call = createCall(house, createRandom(seed, 'which API'));
    await furnish(house, call, { world, clients });
    say('the house is up and furnished');
    const endangered = withClients(house, clients);
    const forMs = minutes * MINUTE_MS;
    const asking = askForBooks(call, {
      ...{ books, forMs: forMs * ASKING_SHARE, random: createRandom(seed, 'asking'), halt },
    });
    const killing = { count: options.kills, forMs, random: createRandom(seed, 'kills'), halt };
    const [kills] = await Promise.all([killAlong(endangered, killing), pass(forMs, halt)]);
    const asked = await asking;
    say(`kills are over: ${kills.length}; letting it settle`);
    world.indexers.flapping.heal();
    await house.allUp(UP_MS);
    const kept: Kept = { house, world, asked, clients: adaptersOf(house, clients) };
    const settledMs = await settle(kept, halt);
    return await judge(kept, { options, folder, kills, settledMs });
  } finally {
    await world.close();
    await clients.close();
    await house.stop();
  }
}

function withClients(house: House, clients: Clients): House {
  return {
    ...house,
    kinds: [...house.kinds, 'qbittorrent', 'transmission'],
    victims: async () => [...(await house.victims()), ...clients.victims()],
  };
}

async function furnish(
  house: House,
  call: Call,
  { world, clients }: { world: World; clients: Clients },
): Promise<void> {
  const { limited, flapping, lying } = world.indexers;
  const secret = API_KEY;
  for (const [address, body] of [
    [
      '/api/indexers',
      { id: 'limited', name: 'Limited', baseUrl: limited.url, secret, callIntervalMs: LIMITED_INTERVAL_MS },
    ],
    ['/api/indexers', { id: 'flapping', name: 'Flapping', baseUrl: flapping.url, secret }],
    ['/api/indexers', { id: 'lying', name: 'Lying', baseUrl: lying.url, secret }],
    ...clientsOf(house, clients).map(
      ({ baseUrl, ...client }) =>
        ['/api/download-clients', { ...client, baseUrl, stallLimits: STALL, priority: 10 }] as const,
    ),
  ] as const) {
    const { status, body: answer } = await call('POST', address, { body });
    if (status !== 201)
      throw new Error(`Expected ${address} to take it, got ${status} ${JSON.stringify(answer)}`);
  }
}

function clientsOf(
  house: House,
  { daemons }: Clients,
): {
  id: string;
  name: string;
  kind: 'aria2' | 'qbittorrent' | 'transmission';
  baseUrl: string;
  username: string | null;
  secret: string;
}[] {
  const { id, rpcUrl, secret } = house.aria2();
  const others = (['qbittorrent', 'transmission'] as const).map((kind) => {
    const { baseUrl, username, secret: password } = daemons[kind];
    return { id: kind, name: kind, kind, baseUrl, username, secret: password };
  });
  return [{ id, name: 'aria2', kind: 'aria2', baseUrl: rpcUrl, username: null, secret }, ...others];
}

function adaptersOf(house: House, clients: Clients): Map<string, DownloadClient> {
  const { downloadClient } = createIntegrations();
  return new Map(
    clientsOf(house, clients).map(({ name: _name, ...settings }) => [settings.id, downloadClient(settings)]),
  );
}

/** Until all is as it has to be and stays so; null when it never was. */
async function settle(kept: Kept, halt: AbortSignal): Promise<number | null> {
  const begun = performance.now();
  let rightSince: number | undefined;
  while (performance.now() - begun < SETTLE_MS && !halt.aborted) {
    const wrong = await lookAll(kept).catch(() => ['nobody could look']);
    if (wrong.length > 0) rightSince = undefined;
    else rightSince ??= performance.now();
    if (rightSince !== undefined && performance.now() - rightSince > STILL_MS)
      return Math.round(rightSince - begun);
    await pass(LOOK_MS, halt);
  }
  return null;
}

async function lookAll(kept: Kept): Promise<string[]> {
  const { wrong } = await checkStates(kept);
  return wrong.length > 0 ? wrong : [...(await checkLibrary(kept)), ...(await checkOrphans(kept))];
}

async function judge(
  kept: Kept,
  {
    options,
    folder,
    kills,
    settledMs,
  }: { options: SoakOptions; folder: string; kills: Kill[]; settledMs: number | null },
): Promise<AcquisitionReport> {
  const { wrong, byKind } = await checkStates(kept);
  const all = [...wrong, ...(await checkLibrary(kept)), ...(await checkOrphans(kept)), ...checkPace(kept)];
  const { indexers } = kept.world;
  return {
    seed: options.seed,
    minutes: options.minutes,
    requests: options.requests,
    kills: tally(kills.map(({ kind }) => kind)),
    byKind: tableOf(byKind),
    calls: Object.fromEntries(
      Object.entries(indexers).map(([name, face]) => [
        name,
        { calls: face.calls(), tooFast: face.tooFast() },
      ]),
    ),
    settledMs,
    wrong: all,
    folder: options.keep || all.length > 0 ? folder : null,
  };
}

function tableOf(byKind: ReadonlyMap<FixtureKind, ReadonlyMap<string, number>>): AcquisitionReport['byKind'] {
  return Object.fromEntries([...byKind].map(([kind, states]) => [kind, Object.fromEntries(states)]));
}

/** For people. */
export function sayAcquisition(report: AcquisitionReport): string {
  return [
    `soak acquisition: seed ${report.seed}, ${report.minutes} min, ${report.requests} requests`,
    `killed: ${sayCounts(report.kills)}`,
    ...Object.entries(report.byKind).map(([kind, states]) => `  ${kind.padEnd(12)} ${sayCounts(states)}`),
    ...Object.entries(report.calls).map(
      ([name, { calls, tooFast }]) => `  indexer ${name}: ${calls} calls, ${tooFast} too fast`,
    ),
    `settled after ${report.settledMs ?? 'more than 15 min'} ms`,
    ...report.wrong.map((line) => `✗ ${line}`),
    report.wrong.length === 0
      ? '✓ every request ended as it has to: 0 lost, 0 double imports, 0 partial files, 0 orphans'
      : `✗ ${report.wrong.length} wrong, see ${report.folder ?? ''}`,
  ].join('\n');
}
