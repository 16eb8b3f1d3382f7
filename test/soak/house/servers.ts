import { createWriteStream } from 'node:fs';
import path from 'node:path';

import { startAria2 } from '../../../src/embedded/aria2.js';
import { choosePort } from '../../../src/embedded/ports.js';
import { startPostgres } from '../../../src/embedded/postgres.js';
import { findProgram, findTemporal } from '../../../src/embedded/programs.js';
import type { Service, ServiceLog } from '../../../src/embedded/service.js';
import { startTemporal } from '../../../src/embedded/temporal.js';
import type { House, ServerName, Victim } from './house.js';

export const NAMESPACE = 'longplay';

type Name = ServerName | 'aria2';

export interface Servers extends NonNullable<House['servers']> {
  databaseUrl: string;
  temporalAddress: string;
  aria2: { id: string; rpcUrl: string; secret: string };
  /** Those that run and are not meant to be away. */
  victims: () => Victim[];
  close: () => Promise<void>;
}

/** The embedded servers, held by the soak itself: when killed they start again by themselves. */
export async function startServers(options: {
  folder: string;
  logFolder: string;
  downloadsFolder: string;
}): Promise<Servers> {
  const file = createWriteStream(path.join(options.logFolder, 'servers.log'), { flags: 'a' });
  const write = (fields: object, message: string): void => {
    file.write(`${JSON.stringify({ time: Date.now(), msg: message, ...fields })}\n`);
  };
  const log: ServiceLog = { info: write, warn: write };
  const dataFolder = path.join(options.folder, 'servers');
  const cliPath = findTemporal({
    cliPath: process.env['TEMPORAL_CLI_PATH'],
    searchPath: process.env['PATH'],
  });
  const aria2Path = findProgram(process.env['ARIA2_PATH'] ?? 'aria2c', process.env['PATH']);
  if (cliPath === undefined || aria2Path === undefined) throw new Error('Expected temporal and aria2c');
  const own = { dataFolder, log };
  const postgresPort = await choosePort(0);
  const temporalPorts = { port: await choosePort(0), uiPort: await choosePort(0) };
  const begin = {
    postgres: () => startPostgres({ ...own, port: postgresPort }),
    temporal: () => startTemporal({ ...own, ...temporalPorts, cliPath, namespace: NAMESPACE }),
  };
  const postgres = await begin.postgres();
  const temporal = await begin.temporal();
  const aria2 = await startAria2({
    ...own,
    aria2Path,
    downloadsFolder: options.downloadsFolder,
    port: await choosePort(0),
    downloadInterface: '127.0.0.1',
  });
  const running = new Map<Name, Service>([
    ['postgres', postgres.service],
    ['temporal', temporal.service],
    ['aria2', aria2.service],
  ]);
  return {
    dataFolder,
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    aria2: { id: 'aria2', rpcUrl: aria2.rpcUrl, secret: aria2.secret },
    victims: () => [...running].flatMap(([name, service]) => victimOf(name, service)),
    stop: async (name) => {
      const service = running.get(name);
      running.delete(name);
      await service?.stop();
    },
    start: async (name) => {
      running.set(name, (await begin[name]()).service);
    },
    close: async () => {
      for (const service of [...running.values()].reverse()) await service.stop();
      file.end();
    },
  };
}

function victimOf(kind: Name, { name, pid }: Service): Victim[] {
  const running = pid();
  return running === undefined ? [] : [{ kind, name, pid: running }];
}
