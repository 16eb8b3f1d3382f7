import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { choosePort } from '../../src/embedded/ports.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { testTemporal } from './servers.js';

export interface OwnTemporal {
  address: string;
  namespace: string;
  /** The SDK's own client, for what Longplay itself never does. */
  client: Client;
  stop: () => Promise<void>;
}

const silent = (): void => undefined;

/** A Temporal server of a test's own, for other dynamic values or apart from the tasks of other tests. */
export async function startOwnTemporal(dynamicValues: readonly string[] = []): Promise<OwnTemporal> {
  const namespace = 'own';
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'longplay-temporal-'));
  const { service, address } = await startTemporal({
    cliPath: testTemporal().cliPath,
    dataFolder,
    namespace,
    port: await choosePort(0),
    uiPort: await choosePort(0),
    log: { info: silent, warn: silent },
    synchronous: 'off',
    dynamicValues,
  });
  const connection = await Connection.connect({ address });
  return {
    address,
    namespace,
    client: new Client({ connection, namespace }),
    stop: async () => {
      await connection.close();
      await service.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
