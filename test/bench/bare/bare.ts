import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode } from '@temporalio/worker';

const QUEUE = 'bench-bare';
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const silent = (): void => undefined;
const quiet = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** One-activity workflows on the same Temporal server, by a client and a worker of their own. */
export interface Bare {
  /** Starts one and waits for its result. Times are Date.now(). */
  run: () => Promise<{ sentAt: number; startedAt: number; endedAt: number }>;
  close: () => Promise<void>;
}

/** The bundle that the bare worker loads: built once, as ours is. */
export async function bundleBare(folder: string): Promise<string> {
  const file = path.join(folder, 'bare-bundle.js');
  const { code } = await bundleWorkflowCode({ workflowsPath: here('./workflow.js'), logger: quiet });
  await writeFile(file, code);
  return file;
}

export async function startBare(server: {
  address: string;
  namespace: string;
  bundle: string;
}): Promise<Bare> {
  const { address, namespace, bundle } = server;
  const worker = spawn(process.execPath, [here('./worker.js'), address, namespace, QUEUE, bundle], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(worker.stdout, 'data');
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  let count = 0;
  return {
    run: async () => {
      count += 1;
      const workflowId = `bench-bare-${process.pid}-${Date.now()}-${count}`;
      const sentAt = Date.now();
      const handle = await client.workflow.start('bare', { taskQueue: QUEUE, workflowId });
      const startedAt = (await handle.result()) as number;
      return { sentAt, startedAt, endedAt: Date.now() };
    },
    close: async () => {
      await connection.close();
      if (worker.exitCode !== null) return;
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    },
  };
}
