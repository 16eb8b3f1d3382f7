import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { ActivityDeps } from '../../src/activities/deps.js';
import type { ApiDeps } from '../../src/api/deps.js';
import { startApi, type RunningApi } from '../../src/api/server.js';
import { ROLES, type Role } from '../../src/domain/access/role.js';
import type { Log } from '../../src/jobs/deps.js';
import { createMetrics } from '../../src/metrics.js';
import { createToken } from '../../src/store/tokens.js';
import { createTestParts } from './core.js';
import { endRuns } from './end-runs.js';
import { createSend, type Send } from './send.js';
import { createTestDatabase, testTemporal } from './servers.js';

/** A real API in this process, on a database of its own or on a running core's. */
export interface TestApi {
  url: string;
  parts: ActivityDeps;
  /** A token of each role. */
  tokens: Record<Role, string>;
  /** With the token of the super_admin, unless told otherwise. */
  send: Send;
  /** Everything that was logged, as text. */
  logged: () => string;
  /** A further API process on the same database; it ends with this one. */
  startAnother: (changed?: Partial<ApiDeps>) => Promise<RunningApi>;
  stop: () => Promise<void>;
}

export async function startTestApi({ parts: given }: { parts?: ActivityDeps } = {}): Promise<TestApi> {
  const own = given === undefined ? await createOwnParts() : undefined;
  const lines: string[] = [];
  const parts = { ...(given ?? own?.parts), log: createLineLog(lines) } as ActivityDeps;
  const running: RunningApi[] = [];
  const startAnother = async (changed: Partial<ApiDeps> = {}): Promise<RunningApi> => {
    let url = 'http://127.0.0.1';
    const api = await startApi(
      {
        ...parts,
        temporalAddress: testTemporal().address,
        temporalNamespace: testTemporal().namespace,
        baseUrl: () => url,
        webDirectory: path.resolve('dist/web'),
        version: '0.0.0-test',
        demoJobs: true,
        metrics: createMetrics(),
        ...changed,
      },
      { host: '127.0.0.1', port: 0 },
    );
    ({ url } = api);
    running.push(api);
    return api;
  };
  const { url } = await startAnother();
  const tokens = await createTokens(parts);
  return {
    url,
    parts,
    tokens,
    send: createSend(
      () => url,
      () => tokens.super_admin,
    ),
    logged: () => lines.join('\n'),
    startAnother,
    stop: async () => {
      await Promise.all(running.map((api) => api.close()));
      await own?.remove();
    },
  };
}

async function createOwnParts(): Promise<{ parts: ActivityDeps; remove: () => Promise<void> }> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-api-'));
  const parts = createTestParts(database.db, folder);
  return {
    parts,
    remove: async () => {
      await endRuns(parts);
      await parts.temporal.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createTokens({ db }: ActivityDeps): Promise<Record<Role, string>> {
  const made = await Promise.all(
    ROLES.map(async (role) => [
      role,
      (await createToken(db, { name: role, role, createdBy: 'test' })).secret,
    ]),
  );
  return Object.fromEntries(made) as Record<Role, string>;
}

function createLineLog(lines: string[]): Log {
  const write = (fields: object, message: string): void => {
    const told = Object.entries(fields).map(([name, value]) =>
      value instanceof Error ? `${name}=${value.stack ?? value.message}` : `${name}=${JSON.stringify(value)}`,
    );
    lines.push([message, ...told].join(' '));
  };
  return { info: write, warn: write, error: write };
}
