import { mkdir } from 'node:fs/promises';

import type { Config } from '../config.js';
import { startApi } from '../api/server.js';
import { Fault } from '../domain/faults.js';
import type { Log } from '../jobs/deps.js';
import { openAccess } from './access.js';
import { ensureDefaults } from './defaults.js';
import { untilSignal } from './lifetime.js';
import type { GpuQueue, WorkerRole } from './program-deps.js';
import { closeParts, createParts, startWorkers, type Addresses } from './service.js';
import { apiDeps, startLongplay } from './up.js';

export interface ServeOptions {
  config: Config;
  log: Log;
  say: (line: string) => void;
}

/** `longplay up`: everything on this machine, until a signal. */
export async function serveEverything({ config, log, say }: ServeOptions): Promise<void> {
  const longplay = await startLongplay({ config, log });
  // Listening before it is told: who reads "ready" may ask it to stop at once.
  const asked = untilSignal();
  say(`Longplay is ready: ${longplay.url}`);
  if (longplay.loginLink !== undefined) say(`Log in with this link, once: ${longplay.loginLink}`);
  const { temporalAddress, temporalUiUrl } = longplay;
  say(`Temporal: --address ${temporalAddress} --namespace ${config.temporal.namespace}`);
  if (temporalUiUrl !== undefined) say(`Temporal Web UI: ${temporalUiUrl}`);
  if ('missing' in longplay.embedded.aria2) say(`! ${longplay.embedded.aria2.missing}`);
  try {
    await Promise.race([asked, longplay.done]);
  } finally {
    say('stopping …');
    await longplay.stop();
  }
}

/** `longplay api`: the API and the page alone, on servers given by their addresses. */
export async function serveApi({ config, log, say }: ServeOptions): Promise<void> {
  const addresses = givenAddresses(config);
  const parts = await createParts(config, log, addresses);
  const { host, port } = config;
  const embedded = { temporalAddress: addresses.temporalAddress, temporalUiUrl: config.temporal.uiUrl };
  const deps = apiDeps({ config, parts, embedded, url: `http://${host}:${port}` });
  await ensureDefaults(parts, { aria2: { missing: 'it is embedded in "longplay up" only' } });
  const api = await startApi(deps, { host, port });
  await mkdir(config.dataFolder, { recursive: true });
  const access = await openAccess(parts, { dataFolder: config.dataFolder, url: api.url, by: 'longplay api' });
  const asked = untilSignal();
  say(`The API is ready: ${api.url}`);
  if (access.loginLink !== undefined) say(`Log in with this link, once: ${access.loginLink}`);
  await asked;
  await access.close();
  await api.close();
  await closeParts(parts);
}

/** `longplay worker ROLE`: one role alone, on servers given by their addresses. */
export async function serveWorker({
  config,
  log,
  say,
  role,
  queue,
}: ServeOptions & { role: WorkerRole; queue?: GpuQueue }): Promise<void> {
  const addresses = givenAddresses(config);
  const parts = await createParts(config, log, addresses);
  const gpuQueues = queue === undefined ? undefined : [queue];
  const workers = await startWorkers(parts, { config, roles: [role], gpuQueues, addresses });
  const asked = untilSignal();
  say(`The worker ${role} is ready`);
  try {
    await Promise.race([asked, workers.done]);
  } finally {
    await workers.shutdown();
    await closeParts(parts);
  }
}

function givenAddresses({ databaseUrl, temporal }: Config): Addresses {
  if (databaseUrl !== undefined && temporal.address !== undefined) {
    return { databaseUrl, temporalAddress: temporal.address };
  }
  throw new Fault('bad_input', 'Expected DATABASE_URL and TEMPORAL_ADDRESS in the environment', {
    remedy: 'Set both, or run "longplay up", which brings its own servers',
  });
}
