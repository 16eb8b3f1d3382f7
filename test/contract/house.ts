import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { jobView } from '../../src/api/schemas/job.js';
import type { HttpClient } from '../../src/cli/http-client.js';
import { statusOf } from '../../src/jobs/confirm.js';
import type { Database } from '../../src/store/database.js';
import { findJob } from '../../src/store/jobs.js';
import { createTemporalGateway, type TemporalGateway } from '../../src/temporal/gateway.js';
import { startCuttable, type Cuttable } from '../support/cut.js';
import { eventually } from '../support/eventually.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { createTestDatabase, testTemporal, type TestDatabase } from '../support/servers.js';
import { startProcess, startService, type ServiceProcess, type StartedProcess } from '../support/service.js';

export type JobView = z.output<typeof jobView>;

/** `together`: one process has all roles. `apart`: two APIs, two core and two cpu workers, a process each. */
export type Shape = 'together' | 'apart';

/** `npm test` runs these tests on one process, `npm run test:apart` on eight; CI runs both. */
export const SHAPES: readonly Shape[] =
  process.env['LONGPLAY_TEST_APART'] === 'true' ? ['apart'] : ['together'];

const run = promisify(execFile);

/** The built service as its users run it, with a database and a Temporal server of its own. */
export interface House {
  db: Database;
  databaseUrl: string;
  temporal: TemporalGateway;
  server: OwnTemporal;
  services: ServiceProcess[];
  workers: StartedProcess[];
  /** Between the house and its servers; the test itself goes past them. */
  toPostgres: Cuttable;
  toTemporal: Cuttable;
  /** Kills the process that runs this worker, by -9, and starts another in its place. */
  replace: (killed: StartedProcess) => Promise<void>;
  /** To one API after the other. */
  client: () => HttpClient;
  create: (type: string, params?: object, more?: object) => Promise<string>;
  view: (id: string) => Promise<JobView>;
  /** Waits until the job's view is as wished; the error tells the last one. */
  until: (id: string, met: (view: JobView) => boolean, withinMs?: number) => Promise<JobView>;
  steer: (id: string, action: string) => Promise<JobView>;
  /** The ordinary Temporal command line. */
  cli: (...args: string[]) => Promise<string>;
  stop: () => Promise<void>;
}

export async function startHouse(
  shape: Shape,
  { environment = {} }: { environment?: Record<string, string> } = {},
): Promise<House> {
  const server = await startOwnTemporal();
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-house-'));
  const database = await createTestDatabase();
  const services: ServiceProcess[] = [];
  const workers: StartedProcess[] = [];
  const toPostgres = await startCuttable(Number(new URL(database.url).port));
  const toTemporal = await startCuttable(Number(server.address.split(':')[1]));
  const databaseUrl = new URL(database.url);
  databaseUrl.port = String(toPostgres.port);
  const shared = {
    DATABASE_URL: databaseUrl.href,
    TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
    TEMPORAL_NAMESPACE: server.namespace,
    LONGPLAY_SECRET_KEY: 'one key for the house',
    LONGPLAY_SHUTDOWN_GRACE_MS: '200',
    ...environment,
  };
  const temporal = createTemporalGateway(server);
  const stop = async (): Promise<void> => {
    await Promise.all([...workers, ...services].map((started) => started.stop()));
    await Promise.all([toPostgres.close(), toTemporal.close()]);
    await temporal.close();
    await server.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const processes = { folder, environment: shared, services, workers };
    await startProcesses(shape, processes);
    return {
      ...createHouse({ database, server, temporal, services, workers }),
      toPostgres,
      toTemporal,
      replace: (killed) => replace(processes, killed),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Processes {
  folder: string;
  environment: Record<string, string>;
  services: ServiceProcess[];
  workers: StartedProcess[];
}

const ROLES = ['core', 'core', 'cpu', 'cpu'] as const;

async function startProcesses(shape: Shape, house: Processes): Promise<void> {
  const { folder, environment } = house;
  if (shape === 'together') {
    house.services.push(await startService(path.join(folder, 'all'), { command: ['up'], environment }));
    return;
  }
  for (const number of [1, 2]) {
    const started = startService(path.join(folder, `api-${number}`), { command: ['api'], environment });
    house.services.push(await started);
  }
  for (const number of ROLES.keys()) house.workers.push(await startWorker(house, number));
}

/** Each with a data folder of its own, as on a host of its own. */
function startWorker({ folder, environment }: Processes, number: number): Promise<StartedProcess> {
  const ready = /The worker (\S+) is ready/;
  const command = ['worker', ROLES[number] ?? 'core'];
  return startProcess(path.join(folder, `worker-${number}`), { command, environment, ready });
}

async function replace(house: Processes, killed: StartedProcess): Promise<void> {
  await killed.kill();
  const worker = house.workers.indexOf(killed);
  if (worker >= 0) house.workers[worker] = await startWorker(house, worker);
  const service = house.services.indexOf(killed as ServiceProcess);
  if (service < 0) return;
  const command = house.workers.length === 0 ? ['up'] : ['api'];
  const name = command[0] === 'up' ? 'all' : `api-${service + 1}`;
  const { folder, environment } = house;
  house.services[service] = await startService(path.join(folder, name), { command, environment });
}

function createHouse({
  database,
  server,
  temporal,
  services,
  workers,
}: {
  database: TestDatabase;
  server: OwnTemporal;
  temporal: TemporalGateway;
  services: ServiceProcess[];
  workers: StartedProcess[];
}): Omit<House, 'stop' | 'toPostgres' | 'toTemporal' | 'replace'> {
  let turn = 0;
  const client = (): HttpClient => {
    turn += 1;
    const service = services[turn % services.length];
    if (service === undefined) throw new Error('The house has no API');
    return service.client;
  };
  const view = (id: string): Promise<JobView> => client().send({ path: `/api/jobs/${id}`, answer: jobView });
  return {
    db: database.db,
    databaseUrl: database.url,
    temporal,
    server,
    services,
    workers,
    client,
    create: async (type, params = {}, more = {}) => {
      const body = { type, params, ...more };
      return (await client().send({ method: 'POST', path: '/api/jobs', body, answer: jobView })).id;
    },
    view,
    until: (id, met, withinMs = 20_000) => untilView(view, { id, met, withinMs }),
    steer: (id, action) =>
      client().send({ method: 'POST', path: `/api/jobs/${id}/${action}`, answer: jobView }),
    cli: async (...args) => {
      const where = ['--address', server.address, '--namespace', server.namespace];
      return (await run(testTemporal().cliPath, [...args, ...where], { maxBuffer: 50_000_000 })).stdout;
    },
  };
}

async function untilView(
  view: House['view'],
  { id, met, withinMs }: { id: string; met: (view: JobView) => boolean; withinMs: number },
): Promise<JobView> {
  let last: JobView | undefined;
  try {
    await eventually(async () => met((last = await view(id))), { withinMs, everyMs: 50 });
  } catch (error) {
    throw new Error(`The job was not as wished; last: ${JSON.stringify(last)}`, { cause: error });
  }
  if (last === undefined) throw new Error('unreachable');
  return last;
}

export const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;

/** What a row and Temporal say of a job; equal where they agree (invariant 1). */
export async function twoWords(
  { db, temporal }: Pick<House, 'db' | 'temporal'>,
  id: string,
): Promise<{ row: string; temporal: string }> {
  const job = await findJob(db, id);
  const execution = await temporal.describe(id);
  const told = execution.state === 'closed' ? statusOf(execution.status) : execution.state;
  return { row: job?.outcomeStatus ?? 'open', temporal: told };
}

/** Counting jobs of a test's own: each with another label, so that none equals another. */
export function counting(
  house: () => House,
  name: string,
): Record<'count' | 'runs', (params?: object) => Promise<string>> {
  let labels = 0;
  const count = (params: object = {}): Promise<string> => {
    labels += 1;
    return house().create('demo_steps', { count: 60, everyMs: 50, label: `${name} ${labels}`, ...params });
  };
  /** Resolves once it has begun to count. */
  const runs = async (params: object = {}): Promise<string> => {
    const id = await count(params);
    await house().until(id, ({ status, progress }) => status === 'running' && progress > 0.05);
    return id;
  };
  return { count, runs };
}
