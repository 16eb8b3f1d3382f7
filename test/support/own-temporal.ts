import { Connection } from '@temporalio/client';

import { choosePort } from '../../src/embedded/ports.js';
import { untilReady } from '../../src/embedded/service.js';
import { SEARCH_ATTRIBUTES } from '../../src/domain/jobs/search-attributes.js';
import { spawnWithLifeline } from '../../src/lifeline.js';
import { testTemporal } from './servers.js';

export interface OwnTemporal {
  address: string;
  namespace: string;
  pid: number;
  stop: () => Promise<void>;
}

/** A Temporal server of a test's own, its state in memory: for other dynamic values, or to be stopped in the middle. */
export async function startOwnTemporal(dynamicValues: readonly string[] = []): Promise<OwnTemporal> {
  const namespace = 'own';
  const port = await choosePort(0);
  const address = `127.0.0.1:${port}`;
  const child = spawnWithLifeline({
    name: 'temporal of a test',
    command: testTemporal().cliPath,
    args: [
      ...['server', 'start-dev', '--headless', '--port', String(port), '--namespace', namespace],
      ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      ...dynamicValues.flatMap((value) => ['--dynamic-config-value', value]),
    ],
  });
  await untilReady(child, { ready: () => answers(address, namespace), timeoutMs: 20_000 });
  return { address, namespace, pid: child.pid, stop: () => child.stop() };
}

async function answers(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } finally {
    await connection.close();
  }
}
