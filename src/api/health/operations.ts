import { z } from 'zod';

import { normalizeError } from '../../domain/faults.js';
import { listLiveWorkers } from '../../store/workers.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { about, alive, readiness, worker } from '../schemas/health.js';

const tag = 'health';

export const healthzOperation = defineOperation({
  id: 'healthz',
  tag,
  summary: 'This process is alive',
  responses: { 200: { description: 'Alive', schema: alive } },
  handle: ({ version }) => Promise.resolve({ status: 200, body: { status: 'alive', version } }),
});

export const readyzOperation = defineOperation({
  id: 'readyz',
  tag,
  summary: 'Jobs can be taken and run: Postgres, Temporal and a core worker are there',
  responses: {
    200: { description: 'Ready', schema: readiness },
    503: { description: 'Something is away', schema: readiness },
  },
  handle: async (context) => {
    const [postgres, temporal, coreWorker] = await Promise.all([
      checkPostgres(context),
      checkTemporal(context),
      checkCoreWorker(context),
    ]);
    const ready = postgres.ok && temporal.ok && coreWorker.ok;
    const headers = ready ? {} : { headers: { 'retry-after': '5' } };
    return {
      status: ready ? 200 : 503,
      body: { ready, checks: { postgres, temporal, coreWorker } },
      ...headers,
    };
  },
});

export const metricsOperation = defineOperation({
  id: 'metrics',
  tag,
  summary: 'Prometheus metrics',
  responses: { 200: { description: 'Exposition text', contentType: 'text/plain', schema: z.string() } },
  handle: async ({ metrics, metricSources }) => ({ status: 200, ...(await metrics.expose(metricSources)) }),
});

export const listWorkersOperation = defineOperation({
  id: 'listWorkers',
  tag,
  summary: 'Worker processes seen within 12 s',
  responses: { 200: { description: 'All', schema: z.strictObject({ workers: z.array(worker) }) } },
  handle: async ({ db }) => ({ status: 200, body: { workers: await listLiveWorkers(db) } }),
});

export const aboutOperation = defineOperation({
  id: 'about',
  tag,
  summary: 'Version, and where Temporal’s own page is',
  responses: { 200: { description: 'About this service', schema: about } },
  handle: ({ version, temporalAddress, temporalNamespace, temporalUiUrl }) =>
    Promise.resolve({
      status: 200,
      body: { version, temporalAddress, temporalNamespace, temporalUiUrl: temporalUiUrl ?? null },
    }),
});

interface Check {
  ok: boolean;
  detail: string;
}

async function checkPostgres({ db }: ApiContext): Promise<Check> {
  try {
    await db.query('select 1');
    return { ok: true, detail: 'answers' };
  } catch (error) {
    return { ok: false, detail: normalizeError(error).message };
  }
}

async function checkTemporal({ temporal }: ApiContext): Promise<Check> {
  const ok = await temporal.healthy();
  return { ok, detail: ok ? 'answers' : 'Expected the Temporal server to answer within 3 s' };
}

async function checkCoreWorker({ db }: ApiContext): Promise<Check> {
  try {
    const workers = await listLiveWorkers(db);
    const ok = workers.some(({ queues }) => 'workflows' in queues);
    return { ok, detail: ok ? 'is alive' : 'Expected a worker that polls workflows, none was seen for 12 s' };
  } catch {
    return { ok: false, detail: 'Not known while Postgres is away' };
  }
}
