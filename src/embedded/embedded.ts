import path from 'node:path';

import type { Config } from '../config.js';
import { Fault } from '../domain/faults.js';
import { startAria2, whyUnfit } from './aria2.js';
import { claimOwner, removeOwner } from './owner-file.js';
import { startOnFreePort } from './ports.js';
import { startPostgres } from './postgres.js';
import { findProgram, findTemporal } from './programs.js';
import type { Service, ServiceLog, ServiceTrouble } from './service.js';
import { folderFault } from './start-fault.js';
import { startTemporal } from './temporal.js';

/** The first choice of each port; a free one is taken where it is in use. */
const PORTS = { postgres: 54_100, temporal: 7_233, temporalUi: 8_233, aria2: 6_800 };

export interface Embedded {
  databaseUrl: string;
  temporalAddress: string;
  temporalUiUrl: string | undefined;
  /** The embedded download client, or why there is none. */
  aria2: { rpcUrl: string; secret: string } | { missing: string };
  /** Process ids by service name, of those that we run. */
  pids: () => Record<string, number | undefined>;
  /** What is held for its crashes, by service name: told at once and at each change, to one listener. */
  watchTroubles: (listener: (troubles: ReadonlyMap<string, ServiceTrouble>) => void) => void;
  stop: () => Promise<void>;
}

/**
 * Refuses a second Longplay on the same data.
 * @throws Fault superseded that says which one runs and where; environment where the folder cannot be written.
 */
export async function claimDataFolder(folder: string): Promise<void> {
  const owner = await claimOwner(folder).catch((error: unknown) => {
    throw folderFault(folder, error);
  });
  if (owner !== undefined) {
    throw new Fault(
      'superseded',
      `Longplay is running on ${folder} already: process ${owner.pid}${owner.url === null ? ', still starting' : `, ${owner.url}`}`,
      { remedy: 'Use that one, stop it first, or set LONGPLAY_DATA to another folder' },
    );
  }
}

export async function releaseDataFolder(folder: string): Promise<void> {
  await removeOwner(folder);
}

interface Options {
  config: Config;
  log: ServiceLog;
}

interface Troubles {
  tell: (service: string, trouble: ServiceTrouble | undefined) => void;
  watch: Embedded['watchTroubles'];
}

function createTroubles(): Troubles {
  const troubles = new Map<string, ServiceTrouble>();
  let listener: Parameters<Embedded['watchTroubles']>[0] = () => undefined;
  return {
    tell: (service, trouble) => {
      if (trouble === undefined) troubles.delete(service);
      else troubles.set(service, trouble);
      listener(troubles);
    },
    watch: (next) => {
      listener = next;
      listener(troubles);
    },
  };
}

/** Starts what no address replaces, in order; whatever was started is stopped again when a later one fails. */
export async function startEmbedded(options: Options): Promise<Embedded> {
  const services: Service[] = [];
  const troubles = createTroubles();
  const stop = async (): Promise<void> => {
    for (const service of services.splice(0).reverse()) await service.stop();
  };
  try {
    const databaseUrl = await postgresFor(options, services);
    const temporal = await temporalFor(options, services);
    const aria2 = await aria2For(options, services, troubles);
    return {
      databaseUrl,
      ...temporal,
      aria2,
      watchTroubles: troubles.watch,
      pids: () => Object.fromEntries(services.map((service) => [service.name, service.pid()])),
      stop,
    };
  } catch (error) {
    await stop();
    throw folderFault(options.config.dataFolder, error);
  }
}

async function postgresFor({ config, log }: Options, services: Service[]): Promise<string> {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const { dataFolder } = config;
  const { service, url } = await startOnFreePort([PORTS.postgres], ([port]) =>
    startPostgres({ dataFolder, port, log }),
  );
  services.push(service);
  return url;
}

async function temporalFor(
  { config, log }: Options,
  services: Service[],
): Promise<{ temporalAddress: string; temporalUiUrl: string | undefined }> {
  const { address, uiUrl, namespace, cliPath } = config.temporal;
  if (address !== undefined) return { temporalAddress: address, temporalUiUrl: uiUrl };
  const program = findTemporal({ cliPath, searchPath: config.searchPath });
  if (program === undefined) {
    throw new Fault('environment', 'Expected the Temporal program, but it is not there', {
      remedy: 'Run "npm start", which fetches it, or set TEMPORAL_CLI_PATH or TEMPORAL_ADDRESS',
    });
  }
  const { dataFolder } = config;
  const started = await startOnFreePort([PORTS.temporal, PORTS.temporalUi], ([port, uiPort]) =>
    startTemporal({ cliPath: program, dataFolder, namespace, port, uiPort, log }),
  );
  services.push(started.service);
  return { temporalAddress: started.address, temporalUiUrl: uiUrl ?? started.uiUrl };
}

async function aria2For(
  { config, log }: Options,
  services: Service[],
  troubles: Troubles,
): Promise<Embedded['aria2']> {
  const aria2Path = findProgram(config.programs.aria2, config.searchPath);
  if (aria2Path === undefined) {
    return {
      missing: 'aria2c is not installed: install the package aria2, or configure another download client',
    };
  }
  const missing = await whyUnfit(aria2Path);
  if (missing !== undefined) return { missing };
  const { service, rpcUrl, secret } = await startOnFreePort([PORTS.aria2], ([port]) =>
    startAria2({
      aria2Path,
      dataFolder: path.resolve(config.dataFolder),
      downloadsFolder: config.roots.downloads,
      port,
      log,
      downloadInterface: config.downloadInterface,
      onTrouble: (trouble) => {
        troubles.tell('aria2', trouble);
      },
    }),
  );
  services.push(service);
  return { rpcUrl, secret };
}
