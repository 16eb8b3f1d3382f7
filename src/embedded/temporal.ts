import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';

import { SEARCH_ATTRIBUTES } from '../domain/jobs/search-attributes.js';
import { spawnWithLifeline, type LifelineChild } from '../lifeline.js';
import { keepRunning, type Service, type ServiceLog } from './service.js';
import { keepBeforeUpgrade } from './temporal-backup.js';

/** Closed runs stay visible for 30 days; the server's default is 24 h (jobs.md §4). */
export const RETENTION_MS = 30 * 24 * 3_600_000;

/** One partition a queue makes priority order exact; ten levels match ours one to one (design §2). */
export const DYNAMIC_CONFIG = [
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
  /** Beside ours, as `key=value`. */
  dynamicValues?: readonly string[];
}): Promise<EmbeddedTemporal> {
  const folder = path.join(options.dataFolder, 'temporal');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const address = `127.0.0.1:${options.port}`;
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port)],
    ...['--ui-ip', '127.0.0.1', '--ui-port', String(options.uiPort), '--namespace', options.namespace],
    ...['--db-filename', databaseFile(folder), '--log-level', 'error'],
    ...[
      '--sqlite-pragma',
      'journal_mode=WAL',
      '--sqlite-pragma',
      `synchronous=${options.synchronous ?? 'full'}`,
    ],
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...[...DYNAMIC_CONFIG, ...(options.dynamicValues ?? [])].flatMap((value) => [
      '--dynamic-config-value',
      value,
    ]),
  ];
  const service = await keepRunning({
    name: 'temporal',
    log: options.log,
    processFile: path.join(options.dataFolder, 'run', 'temporal.json'),
    prepare: () => keepBeforeUpgrade({ cliPath: options.cliPath, folder }),
    spawn: () =>
      spawnWithLifeline({ name: 'temporal', command: options.cliPath, args, cwd: folder, stdout: 'tail' }),
    ready: async (child) => hasBound(child) && (await answers(address, options.namespace)),
    readyWithinMs: 30_000,
  });
  return { service, address, uiUrl: `http://127.0.0.1:${options.uiPort}` };
}

/**
 * The server makes a URI of it, unescaped: behind a "?" in a folder's name all is cut off, and two data
 * folders would share one database. Its working directory is the folder, so there its bare name is enough.
 */
function databaseFile(folder: string): string {
  return /[?#%]/.test(folder) ? 'temporal.db' : path.join(folder, 'temporal.db');
}

/** It says so once it has its ports; where another server has one, a client would talk to that (temporal.md §2). */
function hasBound(child: LifelineChild): boolean {
  return child.stderrTail().includes('Temporal Server:');
}

/** Ready once namespace and search attributes can be read; the namespace's retention is set on the way. */
async function answers(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    return await connection.withDeadline(Date.now() + 2_000, async () => {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      if (tsToMs(config?.workflowExecutionRetentionTtl) !== RETENTION_MS) {
        const workflowExecutionRetentionTtl = msToTs(RETENTION_MS);
        await connection.workflowService.updateNamespace({
          namespace,
          config: { workflowExecutionRetentionTtl },
        });
      }
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return SEARCH_ATTRIBUTES.every((name) => name in customAttributes);
    });
  } finally {
    await connection.close();
  }
}
