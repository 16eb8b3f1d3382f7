import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { Connection } from '@temporalio/client';

import { spawnWithLifeline } from '../lifeline.js';
import { keepRunning, untilReady, type Service, type ServiceLog } from './service.js';
import { keepBeforeUpgrade } from './temporal-backup.js';

/** Closed runs stay visible for 30 days; the server's default is 24 h (jobs.md §4). */
const RETENTION_SECONDS = 30 * 24 * 3_600;

/** One partition a queue makes priority order exact; ten levels match ours one to one (design §2). */
const DYNAMIC_CONFIG = [
  'matching.priorityLevels=10',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2',
];

export interface EmbeddedTemporal {
  service: Service;
  address: string;
  uiUrl: string;
}

/** The Temporal server with its Web UI on loopback, its state in one SQLite file below `dataFolder`. */
export async function startTemporal(options: {
  cliPath: string;
  dataFolder: string;
  namespace: string;
  port: number;
  uiPort: number;
  log: ServiceLog;
  /** `full` survives a power cut; `off` is for tests only. */
  synchronous?: 'full' | 'off';
}): Promise<EmbeddedTemporal> {
  const folder = path.join(options.dataFolder, 'temporal');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const address = `127.0.0.1:${options.port}`;
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port)],
    ...['--ui-ip', '127.0.0.1', '--ui-port', String(options.uiPort), '--namespace', options.namespace],
    ...['--db-filename', path.join(folder, 'temporal.db'), '--log-level', 'error'],
    ...[
      '--sqlite-pragma',
      'journal_mode=WAL',
      '--sqlite-pragma',
      `synchronous=${options.synchronous ?? 'full'}`,
    ],
    ...['JobType', 'Subject', 'Parent'].flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
  ];
  const service = await keepRunning({
    name: 'temporal',
    log: options.log,
    processFile: path.join(options.dataFolder, 'run', 'temporal.json'),
    start: async () => {
      await keepBeforeUpgrade({ cliPath: options.cliPath, folder });
      const child = spawnWithLifeline({ name: 'temporal', command: options.cliPath, args, cwd: folder });
      return untilReady(child, { ready: () => answers(address, options.namespace), timeoutMs: 30_000 });
    },
  });
  return { service, address, uiUrl: `http://127.0.0.1:${options.uiPort}` };
}

/** Ready once the namespace can be read; its retention is set on the way. */
async function answers(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.withDeadline(Date.now() + 2_000, async () => {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) === RETENTION_SECONDS) return;
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: { seconds: RETENTION_SECONDS as never } },
      });
    });
    return true;
  } finally {
    await connection.close();
  }
}
