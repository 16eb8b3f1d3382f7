import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createDatabase, type Database } from '../../../src/store/database.js';
import { createSend, type Send } from '../../support/send.js';
import { startService, type ServiceProcess } from '../../support/service.js';
import { serversOf } from './server-ports.js';

/** `longplay up` on a data folder of its own, as a person starts it, with its database open beside it. */
export interface ServiceSet {
  readonly service: ServiceProcess;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly send: Send;
  /** What a request of ours carries. */
  headers: () => Record<string, string>;
  /** A folder that goes with the set. */
  readonly folder: string;
  /** Stops it and starts it again on the same data; resolves with the time from the start to ready, ms. */
  restart: () => Promise<number>;
  remove: () => Promise<void>;
}

interface Running {
  service: ServiceProcess;
  db: Database;
  databaseUrl: string;
  temporalAddress: string;
  token: string;
}

export async function startSet(environment: Record<string, string> = {}): Promise<ServiceSet> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-bench-'));
  const dataFolder = path.join(folder, 'data');
  let running = await start(dataFolder, environment).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const stop = async (): Promise<void> => {
    await running.db.close();
    await running.service.stop();
  };
  return {
    folder,
    get service() {
      return running.service;
    },
    get db() {
      return running.db;
    },
    get databaseUrl() {
      return running.databaseUrl;
    },
    get temporalAddress() {
      return running.temporalAddress;
    },
    send: createSend(
      () => running.service.url,
      () => running.token,
    ),
    headers: () => ({ authorization: `Bearer ${running.token}` }),
    restart: async () => {
      await stop();
      const begun = performance.now();
      const service = await startService(dataFolder, { command: ['up'], environment });
      const tookMs = performance.now() - begun;
      running = await open(dataFolder, service);
      return tookMs;
    },
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(dataFolder: string, environment: Record<string, string>): Promise<Running> {
  return open(dataFolder, await startService(dataFolder, { command: ['up'], environment }));
}

async function open(dataFolder: string, service: ServiceProcess): Promise<Running> {
  const { databaseUrl, temporalAddress } = await serversOf(dataFolder);
  const db = createDatabase({
    connectionString: databaseUrl,
    maxConnections: 4,
    applicationName: 'bench',
    timeoutMs: 600_000,
  });
  const token = (await readFile(path.join(dataFolder, 'cli-token'), 'utf8')).trim();
  return { service, db, databaseUrl, temporalAddress, token };
}
