import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { NativeConnection, Runtime, type WorkerOptions } from '@temporalio/worker';

import type { ActivityDeps } from '../activities/deps.js';
import { catalogue } from '../catalogue/index.js';
import type { Config } from '../config.js';
import { findProgram } from '../embedded/programs.js';
import { secretAt } from '../embedded/secret-file.js';
import { createIntegrations } from '../integrations/create.js';
import { createRoots } from '../integrations/files/roots.js';
import type { Log } from '../jobs/deps.js';
import { createHardware, type Hardware } from '../media/hardware/hardware.js';
import type { MediaTools } from '../media/tools.js';
import { createDatabase } from '../store/database.js';
import { migrate } from '../store/migrate.js';
import { createSeal } from '../store/seal.js';
import { createTemporalGateway } from '../temporal/gateway.js';
import { startDemoPoller } from '../workers/demo-poller.js';
import { startDownloadPoller } from '../workers/download-poller.js';
import { startMediaRules } from '../workers/media-rules-loop.js';
import { startNoticeSender } from '../workers/notice-sender.js';
import { startQuietWatcher } from '../workers/quiet-watcher.js';
import { startRole, type RunningRole } from '../workers/role.js';
import { startScratchLoop } from '../workers/scratch-loop.js';
import { startSweeper } from '../workers/sweeper.js';
import { mediaToolsOf } from './media-tools.js';
import { ownGpuFor, servedBy, type OwnedQueues, type Served } from './served.js';

/** Where the servers are: those of the environment, or the embedded ones. */
export interface Addresses {
  databaseUrl: string;
  temporalAddress: string;
}

/** The parts of one process, made by hand in this one place. */
export async function createParts(config: Config, log: Log, addresses: Addresses): Promise<ActivityDeps> {
  await migrate({ connectionString: addresses.databaseUrl });
  const db = createDatabase({
    connectionString: addresses.databaseUrl,
    maxConnections: 24,
    applicationName: 'longplay',
  });
  const { namespace, apiKey, tls } = config.temporal;
  const key = config.secretKey ?? (await secretAt(path.join(config.dataFolder, 'secrets', 'seal')));
  const media = mediaToolsOf(config);
  return {
    db,
    log,
    catalogue,
    temporal: createTemporalGateway({ address: addresses.temporalAddress, namespace, apiKey, tls }),
    seal: createSeal(key),
    integrations: createIntegrations(),
    roots: createRoots(config.roots, { madeBelow: config.dataFolder }),
    media,
    hardware: hardwareOf(config, { media, gpuDevice: config.resources.gpuDevice }),
    workerId: `${hostname()}-${randomUUID().slice(0, 8)}`,
  };
}

/** `gpuDevice` null: the card belongs to another process, and is not even tried. */
function hardwareOf(
  { programs: { ffmpeg }, searchPath }: Config,
  { media, gpuDevice }: { media: MediaTools; gpuDevice: string | null },
): Hardware {
  return createHardware({
    ...{ tools: media, gpuDevice },
    ffmpegPath: findProgram(ffmpeg, searchPath) ?? ffmpeg,
  });
}

export async function closeParts(parts: ActivityDeps): Promise<void> {
  await parts.temporal.close();
  await parts.db.close();
}

let runtimeIsInstalled = false;

/** What the SDK warns of and we mean: queues for activities alone, and a job that failed, which its row tells. */
const EXPECTED = ['No workflows registered', 'Workflow failed'];

/** Temporal's own log goes into ours; our process decides on signals itself. */
function installRuntime(log: Log): void {
  if (runtimeIsInstalled) return;
  runtimeIsInstalled = true;
  const told =
    (write: (fields: object, message: string) => void) =>
    (message: string, meta?: object): void => {
      if (!EXPECTED.some((known) => message.startsWith(known))) write({ ...meta }, message);
    };
  const silent = (): undefined => undefined;
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: silent,
      trace: silent,
      debug: silent,
      info: silent,
      warn: told(log.warn.bind(log)),
      error: told(log.error.bind(log)),
    },
  });
}

export interface RunningWorkers {
  /** Rejects when a worker died of itself. */
  done: Promise<unknown>;
  shutdown: () => Promise<void>;
}

/** Runs one or several roles in this process over one connection; `core` brings the loops with it. */
export async function startWorkers(
  parts: ActivityDeps,
  { config, addresses, ...given }: { config: Config; addresses: Addresses } & Served,
): Promise<RunningWorkers> {
  installRuntime(parts.log);
  const gpu = await ownGpuFor(parts, { config, ...given });
  try {
    return await startServing(parts, { config, addresses, gpu, roles: given.roles });
  } catch (error) {
    await gpu.release();
    throw error;
  }
}

async function startServing(
  parts: ActivityDeps,
  {
    config,
    addresses,
    gpu,
    ...asked
  }: { config: Config; addresses: Addresses; gpu: OwnedQueues; roles: Served['roles'] },
): Promise<RunningWorkers> {
  const { roles, queues, capacity } = servedBy(config, { ...asked, gpuQueues: gpu.queues });
  const { apiKey, tls, namespace } = config.temporal;
  const connection = await NativeConnection.connect({
    address: addresses.temporalAddress,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls ? { tls: true } : {}),
  });
  const { media } = parts;
  const own = roles.includes('gpu')
    ? parts
    : { ...parts, hardware: hardwareOf(config, { media, gpuDevice: null }) };
  const role: RunningRole = await startRole(own, {
    role: roles.join('+'),
    connection,
    namespace,
    queues,
    capacity,
    ...(roles.some((role) => role !== 'core')
      ? { hardware: { vramIsDeclared: config.resources.vramMb !== undefined } }
      : {}),
    workflowBundle: workflowBundle(),
    graceMs: config.shutdownGraceMs,
  });
  // Whoever runs both servers itself knows that another Temporal is its own with a new store.
  const ownTemporal = config.databaseUrl === undefined && config.temporal.address === undefined;
  const loops = roles.includes('core')
    ? [
        startSweeper(parts, { ownTemporal, defaultSchedules: true }),
        startDownloadPoller(parts),
        startNoticeSender(parts),
        startDemoPoller(parts),
        startQuietWatcher(parts),
        startMediaRules(parts),
        startScratchLoop(parts),
      ]
    : [];
  return {
    done: Promise.race([role.done, gpu.lost]),
    shutdown: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await role.shutdown();
      await connection.close();
      await gpu.release();
    },
  };
}

function workflowBundle(): NonNullable<WorkerOptions['workflowBundle']> {
  const codePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { codePath };
  throw new Error(`Expected the workflow bundle at ${codePath}: run "npm run build"`);
}
