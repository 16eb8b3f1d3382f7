import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

import { createActivities } from '../activities/registry.js';
import type { ActivityDeps } from '../activities/deps.js';
import { checkRegistrations } from '../catalogue/catalogue.js';
import { createConfirmer } from '../jobs/confirm.js';
import type { Capacity } from '../domain/jobs/leases.js';
import * as workflows from '../workflows/index.js';
import { createLedger } from './ledger.js';
import type { LedgerTimes } from './ledger-book.js';
import { watchHardware, type DeclaredCard } from './hardware-watch.js';
import { startPresence } from './presence.js';

export interface RoleOptions {
  role: string;
  connection: NativeConnection;
  namespace: string;
  /** Slots per queue that this process polls. */
  queues: Record<string, number>;
  /** What this process has to give to its attempts. */
  capacity: Capacity;
  /** Tries what this host can encode, and gives nothing of a card where none encodes. */
  hardware?: DeclaredCard;
  /** Of its ledger; for tests. */
  ledgerTimes?: Partial<LedgerTimes> | undefined;
  /** The built bundle; only a role that polls `workflows` needs it. */
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** How long running steps may finish or save their checkpoint at shutdown, milliseconds. */
  graceMs: number;
}

export interface RunningRole {
  /** Resolves when every worker has stopped; rejects when one died. */
  done: Promise<void>;
  shutdown: () => Promise<void>;
}

/** One Temporal Worker a queue over one shared connection, with the process's row kept alive. */
export async function startRole(deps: ActivityDeps, options: RoleOptions): Promise<RunningRole> {
  const confirmer = createConfirmer(deps);
  const { workerId } = deps;
  const { queues } = options;
  const hardware =
    options.hardware === undefined
      ? undefined
      : await watchHardware(deps, {
          ...{ workerId, capacity: options.capacity, ...options.hardware },
          change: (now) => {
            ledger.setCapacity(now);
          },
        });
  const { capacity } = hardware ?? options;
  const ledger = createLedger(deps, { workerId, queues, capacity, times: options.ledgerTimes });
  const activities = await createActivities({ ...deps, ledger, confirmSoon: confirmer.soon });
  checkRegistrations(deps.catalogue, {
    workflows: Object.keys(workflows),
    activities: Object.keys(activities),
  });
  const workers = await Promise.all(
    Object.entries(queues).map(([queue, slots]) => createWorker(options, { queue, slots, activities })),
  );
  const presence = await startPresence(deps, {
    id: workerId,
    role: options.role,
    queues,
    capacity,
  });
  await hardware?.begin();
  ledger.begin();
  const running = Promise.all(workers.map((worker) => worker.run()));
  const done = running.then(async () => {
    confirmer.close();
    await hardware?.stop();
    await ledger.stop();
    await presence.stop();
  });
  return {
    done,
    shutdown: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}

/** How long a run waits for the worker that has it in memory before any other may take it; 10 s by default. */
const STICKY_MS = 2_000;

/** As often as steps heartbeat. */
const HEARTBEAT_THROTTLE_MS = 500;

function createWorker(
  options: RoleOptions,
  { queue, slots, activities }: { queue: string; slots: number; activities: object },
): Promise<Worker> {
  const shared = {
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: queue,
    activities,
    shutdownGraceTime: options.graceMs,
    shutdownForceTime: options.graceMs + 15_000,
    // A cancel or pause reaches an activity with its next heartbeat (temporal.md §8).
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
  };
  if (queue === 'workflows') {
    // No activity tasks here: an eager activity would jump its queue (temporal.md §5).
    return Worker.create({
      ...shared,
      workflowBundle: options.workflowBundle,
      enableNonLocalActivities: false,
      maxConcurrentLocalActivityExecutions: slots,
      stickyQueueScheduleToStartTimeout: STICKY_MS,
    });
  }
  return Worker.create({ ...shared, maxConcurrentActivityTaskExecutions: slots });
}
