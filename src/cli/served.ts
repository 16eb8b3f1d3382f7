import { availableParallelism, hostname } from 'node:os';

import type { Config } from '../config.js';
import { Fault } from '../domain/faults.js';
import { NO_NEEDS, type Capacity } from '../domain/jobs/leases.js';
import type { ActivityDeps } from '../activities/deps.js';
import { ownGpu, type GpuOwnership } from '../workers/gpu-owner.js';
import { GPU_QUEUES, type GpuQueue, type WorkerRole } from './program-deps.js';

/** What a process was asked to serve. */
export interface Served {
  roles: readonly WorkerRole[];
  /** Of the role gpu; default both. */
  gpuQueues?: readonly GpuQueue[] | undefined;
  /** Where the card belongs to another process: true serves all else, false refuses to start. */
  withoutGpu?: boolean;
}

/** Slots of each queue that the roles serve, and what the process has to give. */
export function servedBy(
  { slots, resources }: Config,
  { roles, gpuQueues = GPU_QUEUES }: Served,
  cores = availableParallelism(),
): { roles: readonly WorkerRole[]; queues: Record<string, number>; capacity: Capacity } {
  const served = roles.filter((role) => role !== 'gpu' || gpuQueues.length > 0);
  const slotsOf = (role: WorkerRole): Record<string, number> => {
    switch (role) {
      case 'core':
        return { workflows: slots.workflows, io: slots.io, admin: slots.admin };
      case 'cpu':
        return { cpu: slots.cpu };
      case 'gpu':
        return gpuSlots(slots, gpuQueues);
    }
  };
  const queues = Object.assign({}, ...served.map(slotsOf)) as Record<string, number>;
  return { roles: served, queues, capacity: capacityOf(resources, { roles: served, queues, cores }) };
}

function gpuSlots(slots: Config['slots'], gpuQueues: readonly GpuQueue[]): Record<string, number> {
  const all: Record<GpuQueue, number> = { 'gpu-encode': slots.gpuEncode, 'gpu-ai': slots.gpuAi };
  return Object.fromEntries(gpuQueues.map((queue) => [queue, all[queue]]));
}

/** Where nobody has said so, and a card is there (media.md §1.5). */
const USUAL_VRAM_MB = 16_000;

/** The cores of a host are divided among the two roles that use them (jobs.md §5). */
function capacityOf(
  { vramMb = USUAL_VRAM_MB, encoderSessions, cpuTokens }: Config['resources'],
  { roles, queues, cores }: { roles: readonly WorkerRole[]; queues: Record<string, number>; cores: number },
): Capacity {
  const usingCores = roles.filter((role) => role !== 'core').length;
  if (usingCores === 0) return NO_NEEDS;
  const gpu = roles.includes('gpu')
    ? { vramMb, encoderSessions, aiSlots: queues['gpu-ai'] ?? 0 }
    : { vramMb: 0, encoderSessions: 0, aiSlots: 0 };
  return { ...gpu, cpuTokens: cpuTokens ?? Math.max(1, Math.floor((cores * usingCores) / 2)) };
}

export interface OwnedQueues extends GpuOwnership {
  queues: readonly GpuQueue[];
}

/**
 * Takes the card where the role gpu is asked for.
 * @throws Fault superseded when it belongs to another process, unless all else is to be served without it
 */
export async function ownGpuFor(
  parts: Pick<ActivityDeps, 'db' | 'log'>,
  { config, roles, gpuQueues = GPU_QUEUES, withoutGpu = false }: { config: Config } & Served,
): Promise<OwnedQueues> {
  if (!roles.includes('gpu')) return NO_GPU;
  const gpu = { host: hostname(), device: config.resources.gpuDevice, queues: gpuQueues };
  try {
    return { ...(await ownGpu(parts, gpu)), queues: gpuQueues };
  } catch (error) {
    if (!withoutGpu || !(error instanceof Fault) || error.kind !== 'superseded') throw error;
    parts.log.warn({ err: error }, 'the GPU queues are left to their owner; all else is served');
    return NO_GPU;
  }
}

const NO_GPU: OwnedQueues = {
  queues: [],
  lost: new Promise<never>(() => undefined),
  release: () => Promise.resolve(),
};
