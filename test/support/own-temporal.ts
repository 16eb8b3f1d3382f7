import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { startOnFreePort } from '../../src/embedded/ports.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { testTemporal } from './servers.js';

export interface OwnTemporal {
  address: string;
  namespace: string;
  /** The SDK's own client, for what Longplay itself never does. */
  client: Client;
  /** Another process on the same data and port, as after a crash of the first. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

const silent = (): void => undefined;

/** A Temporal server of a test's own, for other dynamic values or apart from the tasks of other tests. */
export async function startOwnTemporal(dynamicValues: readonly string[] = []): Promise<OwnTemporal> {
  const namespace = 'own';
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'longplay-temporal-'));
  const start = (port: number, uiPort: number): ReturnType<typeof startTemporal> =>
    startTemporal({
      ...{ cliPath: testTemporal().cliPath, dataFolder, namespace, port, uiPort, dynamicValues },
      log: { info: silent, warn: silent },
      synchronous: 'off',
    });
  let ports: readonly [number, number] = [0, 0];
  let running = await startOnFreePort([0, 0], (free) => {
    ports = free;
    return start(...free);
  }).catch(async (error: unknown) => {
    await rm(dataFolder, { recursive: true, force: true });
    throw error;
  });
  const connection = await Connection.connect({ address: running.address });
  return {
    address: running.address,
    namespace,
    client: new Client({ connection, namespace }),
    restart: async () => {
      await running.service.stop();
      running = await start(...ports);
    },
    stop: async () => {
      await connection.close();
      await running.service.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
