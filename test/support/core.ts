import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { NativeConnection, Runtime } from '@temporalio/worker';

import type { ActivityDeps } from '../../src/activities/deps.js';
import { catalogue } from '../../src/catalogue/index.js';
import { NO_NEEDS, type Capacity } from '../../src/domain/jobs/leases.js';
import { ROOTS, type Root } from '../../src/domain/logical-path.js';
import { createIntegrations } from '../../src/integrations/create.js';
import { createRoots } from '../../src/integrations/files/roots.js';
import { viewJobs, type JobView } from '../../src/jobs/view.js';
import { createHardware } from '../../src/media/hardware/hardware.js';
import { createMediaTools } from '../../src/media/tools.js';
import { findJob } from '../../src/store/jobs.js';
import { createSeal } from '../../src/store/seal.js';
import { createTemporalGateway } from '../../src/temporal/gateway.js';
import { startDemoPoller } from '../../src/workers/demo-poller.js';
import { startDownloadPoller } from '../../src/workers/download-poller.js';
import type { LedgerTimes } from '../../src/workers/ledger-book.js';
import { startNoticeSender } from '../../src/workers/notice-sender.js';
import { startRole } from '../../src/workers/role.js';
import { startSweeper } from '../../src/workers/sweeper.js';
import { endRuns } from './end-runs.js';
import { eventually } from './eventually.js';
import { createTestDatabase, testTemporal, type TestDatabase } from './servers.js';

const silent = () => undefined;
const log = { info: silent, warn: silent, error: silent };

/** The real core and cpu roles in this process, on a database of their own. */
export interface TestCore {
  parts: ActivityDeps;
  databaseUrl: string;
  view: (jobId: string) => Promise<JobView>;
  /** Waits until the job's view is as wished; the error tells the last one. */
  until: (jobId: string, met: (view: JobView) => boolean, withinMs?: number) => Promise<JobView>;
  /** Its database, for another core after this one. */
  database: TestDatabase;
  /** Ends the workers and loops; the database stays until `stop`. */
  pause: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startTestCore({
  queues,
  temporal: own,
  database: given,
  sweeper = true,
  log: heard,
  capacity = NO_NEEDS,
  parts: replaced,
  ledgerTimes,
}: {
  queues?: Record<string, number>;
  /** What its ledger has to give; default nothing, of which nothing is booked. */
  capacity?: Capacity;
  ledgerTimes?: Partial<LedgerTimes>;
  /** In place of those that it would make itself. */
  parts?: Partial<ActivityDeps>;
  temporal?: { address: string; namespace: string };
  /** Another core's, which drops it. */
  database?: TestDatabase;
  /** false where a test makes each pass itself. */
  sweeper?: boolean;
  /** Hears what is logged; default: nobody does. */
  log?: ActivityDeps['log'];
} = {}): Promise<TestCore> {
  Runtime.install({
    shutdownSignals: [],
    logger: { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  });
  const isShared = own === undefined;
  const temporal = own ?? testTemporal();
  const database = given ?? (await createTestDatabase());
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-core-'));
  const made = createTestParts(database.db, folder, temporal);
  const parts = { ...made, ...(heard === undefined ? {} : { log: heard }), ...replaced };
  const { address, namespace } = temporal;
  const connection = await NativeConnection.connect({ address });
  // Task queues are named by role, so a server serves one core at a time: each process of jest has its own.
  const role = await startRole(parts, {
    role: 'core+cpu',
    connection,
    namespace,
    queues: queues ?? { workflows: 20, io: 20, cpu: 3, admin: 4 },
    capacity,
    ledgerTimes,
    workflowBundle: { codePath: fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url)) },
    graceMs: 500,
  });
  const loops = [startDownloadPoller(parts), startNoticeSender(parts), startDemoPoller(parts)];
  if (sweeper) loops.push(startSweeper(parts));
  let paused: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await role.shutdown();
    await connection.close();
  };
  const pause = (): Promise<void> => (paused ??= end());
  const view = async (jobId: string): Promise<JobView> => {
    const job = await findJob(database.db, jobId);
    const [shown] = await viewJobs(database.db, job === undefined ? [] : [job]);
    if (shown === undefined) throw new Error(`There is no job ${jobId}`);
    return shown;
  };
  return {
    parts,
    databaseUrl: database.url,
    view,
    until: (jobId, met, withinMs = 20_000) => untilView({ jobId, met, withinMs, view }),
    database,
    pause,
    stop: async () => {
      await pause();
      if (given === undefined && isShared) await endRuns(parts);
      await parts.temporal.close();
      if (given === undefined) await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilView(wait: {
  jobId: string;
  met: (view: JobView) => boolean;
  withinMs: number;
  view: (jobId: string) => Promise<JobView>;
}): Promise<JobView> {
  let last: JobView | undefined;
  try {
    await eventually(async () => wait.met((last = await wait.view(wait.jobId))), { withinMs: wait.withinMs });
  } catch (error) {
    throw new Error(`The job was not as wished; last: ${JSON.stringify(last)}`, { cause: error });
  }
  if (last === undefined) throw new Error('unreachable');
  return last;
}

export function createTestParts(
  db: ActivityDeps['db'],
  folder: string,
  temporal: { address: string; namespace: string } = testTemporal(),
): ActivityDeps {
  const roots = Object.fromEntries(ROOTS.map((root) => [root, path.join(folder, root)])) as Record<
    Root,
    string
  >;
  const media = createMediaTools({
    ffmpegPath: 'ffmpeg',
    ffprobePath: 'ffprobe',
    programFolder: path.join(folder, 'bin'),
  });
  return {
    db,
    log,
    catalogue,
    temporal: createTemporalGateway(temporal),
    seal: createSeal('test'),
    integrations: createIntegrations(),
    roots: createRoots(roots, { madeBelow: folder }),
    media,
    hardware: createHardware({ tools: media, ffmpegPath: 'ffmpeg', gpuDevice: '0' }),
    workerId: `test-${randomUUID().slice(0, 8)}`,
  };
}
