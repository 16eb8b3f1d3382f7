import { HEALTH_CHECKS, RECONCILED_CHECKS, type HealthLevel } from '../../domain/health/check.js';
import { listHealthChecks, recordHealthChecks } from '../../store/health-checks.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { checkClients } from './check-clients.js';
import { checkConfirms } from './check-confirms.js';
import { checkFolders } from './check-folders.js';
import { checkQueues, checkSchedules } from './check-house.js';
import { checkIndexers } from './check-indexers.js';
import { checkLibraries } from './check-libraries.js';

export type HouseHealth = Record<HealthLevel, number>;

const KINDS = HEALTH_CHECKS.filter((kind) => !RECONCILED_CHECKS.includes(kind));

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** All at once: each waits for another system, and for 10 s at most. */
  checkHealth: async (_nothing: object, step: StepContext): Promise<HouseHealth> => {
    const { db } = deps;
    const earlier = await listHealthChecks(db);
    const look = { earlier, signal: step.signal };
    const found = await Promise.all([
      checkIndexers(deps, look),
      checkClients(deps, look),
      checkLibraries(deps, look),
      checkFolders(deps),
      checkSchedules(db, earlier),
      checkQueues(db),
      checkConfirms(db),
    ]);
    step.signal.throwIfAborted();
    const results = found.flat();
    const changed = await recordHealthChecks(db, { kinds: KINDS, results });
    for (const { level, message } of changed) step.log(level === 'ok' ? 'info' : 'warn', message);
    const count = (level: HealthLevel): number => results.filter((result) => result.level === level).length;
    return { ok: count('ok'), warning: count('warning'), error: count('error') };
  },
}));

export type HealthSteps = StepsOf<typeof steps>;
