import { fileURLToPath } from 'node:url';

import type { ActivityDeps } from '../activities/deps.js';
import { startApi } from '../api/server.js';
import type { Config } from '../config.js';
import { claimDataFolder, releaseDataFolder, startEmbedded, type Embedded } from '../embedded/embedded.js';
import { writeOwner } from '../embedded/owner-file.js';
import { choosePort } from '../embedded/ports.js';
import type { Log } from '../jobs/deps.js';
import { createMetrics } from '../metrics.js';
import { openAccess } from './access.js';
import { ensureDefaults } from './defaults.js';
import { tellTroubles } from './embedded-troubles.js';
import { closeParts, createParts, startWorkers, type Addresses } from './service.js';

export interface RunningLongplay {
  url: string;
  temporalUiUrl: string | undefined;
  temporalAddress: string;
  databaseUrl: string;
  /** A token of the whole machine's owner, valid while this process runs. */
  token: string;
  /** Printed at the first start only. */
  loginLink: string | undefined;
  embedded: Embedded;
  parts: ActivityDeps;
  /** Rejects when a worker died of itself. */
  done: Promise<unknown>;
  stop: () => Promise<void>;
}

/** Everything on one machine: embedded services, all roles, API and page. */
export async function startLongplay({ config, log }: { config: Config; log: Log }): Promise<RunningLongplay> {
  const undo: (() => Promise<void>)[] = [];
  const stop = (): Promise<void> => undoAll(undo.splice(0), log);
  try {
    return await startInOrder({ config, log, undo, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** In reverse; one that fails must not keep the others, or a server would run on without its owner. */
async function undoAll(undo: (() => Promise<void>)[], log: Log): Promise<void> {
  for (const step of undo.reverse()) {
    await step().catch((error: unknown) => {
      log.warn({ err: error }, 'a part could not be stopped in order');
    });
  }
}

async function startInOrder({
  config,
  log,
  undo,
  stop,
}: {
  config: Config;
  log: Log;
  undo: (() => Promise<void>)[];
  stop: () => Promise<void>;
}): Promise<RunningLongplay> {
  await claimDataFolder(config.dataFolder);
  undo.push(() => releaseDataFolder(config.dataFolder));
  const embedded = await startEmbedded({ config, log });
  undo.push(embedded.stop);
  const addresses: Addresses = {
    databaseUrl: embedded.databaseUrl,
    temporalAddress: embedded.temporalAddress,
  };
  const parts = await createParts(config, log, addresses);
  undo.push(() => closeParts(parts));
  await ensureDefaults(parts, { aria2: embedded.aria2 });
  undo.push(tellTroubles(parts, embedded).stop);
  const workers = await startWorkers(parts, {
    ...{ config, addresses },
    roles: ['core', 'cpu', 'gpu'],
    withoutGpu: true,
  });
  undo.push(workers.shutdown);
  const port = await choosePort(config.port, config.host);
  const url = `http://${config.host}:${port}`;
  const api = await startApi(apiDeps({ config, parts, embedded, url }), { host: config.host, port });
  undo.push(api.close);
  await writeOwner(config.dataFolder, api.url);
  const access = await openAccess(parts, {
    dataFolder: config.dataFolder,
    url: api.url,
    by: 'longplay up',
  });
  undo.push(access.close);
  const { temporalUiUrl, databaseUrl, temporalAddress } = embedded;
  return {
    url: api.url,
    temporalUiUrl,
    databaseUrl,
    temporalAddress,
    token: access.token,
    loginLink: access.loginLink,
    embedded,
    parts,
    done: workers.done,
    stop,
  };
}

export function apiDeps({
  config,
  parts,
  embedded,
  url,
}: {
  config: Config;
  parts: ActivityDeps;
  embedded: { temporalAddress: string; temporalUiUrl: string | undefined };
  url: string;
}): Parameters<typeof startApi>[0] {
  const { temporalAddress, temporalUiUrl } = embedded;
  return {
    ...parts,
    temporalAddress,
    temporalNamespace: config.temporal.namespace,
    temporalUiUrl:
      temporalUiUrl === undefined ? undefined : `${temporalUiUrl}/namespaces/${config.temporal.namespace}`,
    baseUrl: () => url,
    webDirectory: fileURLToPath(new URL('../web', import.meta.url)),
    version: VERSION,
    demoJobs: config.demoJobs,
    metrics: createMetrics(),
  };
}

export const VERSION = '0.1.0';
