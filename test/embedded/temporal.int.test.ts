import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';

import { choosePort } from '../../src/embedded/ports.js';
import { startTemporal, type EmbeddedTemporal } from '../../src/embedded/temporal.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { testTemporal } from '../support/servers.js';
import { keepLog } from './logs.js';

const NAMESPACE = 'longplay-embedded';

let folder: string;
let running: EmbeddedTemporal[];
let connections: Connection[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), `longplay temporal-`));
  running = [];
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) await connection.close();
  for (const { service } of running) await service.stop();
  await eventually(async () => (await findProcesses(folder)).length === 0);
  await rm(folder, { recursive: true, force: true });
});

async function start(
  options: { cliPath?: string; port?: number; dataFolder?: string } = {},
): Promise<EmbeddedTemporal> {
  const started = await startTemporal({
    cliPath: testTemporal().cliPath,
    dataFolder: path.join(folder, `it's "odd" ü東`),
    namespace: NAMESPACE,
    port: await choosePort(0),
    uiPort: await choosePort(0),
    log: keepLog(),
    synchronous: 'off',
    ...options,
  });
  running.push(started);
  return started;
}

async function clientOf({ address }: EmbeddedTemporal): Promise<Client> {
  const connection = await Connection.connect({ address });
  connections.push(connection);
  return new Client({ connection, namespace: NAMESPACE });
}

/** The file's folder, which is odd on purpose. */
const serverFolder = (): string => path.join(folder, `it's "odd" ü東`, 'temporal');

describe('startTemporal', () => {
  it('keeps closed runs for 30 days, knows our search attributes, and has one partition a queue', async () => {
    const server = await start();
    const { workflowService, workflow } = await clientOf(server);
    const { config } = await workflowService.describeNamespace({ namespace: NAMESPACE });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3_600);
    const partitions = await workflowService.listTaskQueuePartitions({
      namespace: NAMESPACE,
      taskQueue: { name: 'io' },
    });
    expect(partitions.activityTaskQueuePartitions).toHaveLength(1);
    const typedSearchAttributes = new TypedSearchAttributes(
      ['JobType', 'Subject', 'Parent'].map((name) => ({
        key: defineSearchAttributeKey(name, 'KEYWORD'),
        value: 'x',
      })),
    );
    const options = { taskQueue: 'nobody', workflowId: 'attributes', typedSearchAttributes };
    await workflow.start('nothing', options);
    const ui = await fetch(server.uiUrl);
    expect(ui.status).toBe(200);
  });

  it('keeps its database in its folder, whatever that is called', async () => {
    const dataFolder = path.join(folder, 'is it 100%?#1');
    await (await start({ dataFolder })).service.stop();
    expect(await readdir(path.join(dataFolder, 'temporal'))).toContain('temporal.db');
    expect(await readdir(folder)).toEqual(['is it 100%?#1']);
  });

  it('comes back at the same address with its runs after kill -9', async () => {
    const server = await start();
    const { workflow } = await clientOf(server);
    await workflow.start('nothing', { taskQueue: 'nobody', workflowId: 'kept' });
    const first = server.service.pid();
    process.kill(first ?? 0, 'SIGKILL');
    await eventually(() => ![undefined, first].includes(server.service.pid()));
    const { status } = await workflow.getHandle('kept').describe();
    expect(status.name).toBe('RUNNING');
  });

  it('refuses a taken port instead of talking to the server that has it', async () => {
    const port = Number(testTemporal().address.split(':')[1]);
    await expect(start({ port })).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining('address already in use'),
    });
  });

  it('copies the database before another version opens it, once', async () => {
    await (await start()).service.stop();
    expect((await readdir(serverFolder())).filter((name) => name.startsWith('before-'))).toEqual([]);
    const newer = path.join(folder, 'temporal');
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 9.9.9 (Server 9.9, UI 9)" && exit\nexec '${testTemporal().cliPath}' "$@"\n`;
    await writeFile(newer, script, { mode: 0o755 });
    for (let time = 0; time < 2; time += 1) await (await start({ cliPath: newer })).service.stop();
    expect((await readdir(serverFolder())).filter((name) => /^before-.*\.db$/.test(name))).toEqual([
      'before-9.9.9_Server_9.9_UI_9_-temporal.db',
    ]);
  });

  it.each([
    ['is missing', '/nowhere/temporal'],
    ['is another program', '/bin/true'],
  ])('says so when the program %s', async (_what, cliPath) => {
    await expect(start({ cliPath })).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining(cliPath),
      remedy: expect.stringContaining('TEMPORAL_CLI_PATH'),
    });
  });
});
