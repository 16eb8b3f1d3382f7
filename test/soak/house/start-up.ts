import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { choosePort } from '../../../src/embedded/ports.js';
import { createDatabase, type Database } from '../../../src/store/database.js';
import { createToken } from '../../../src/store/tokens.js';
import { findProcesses, type FoundProcess } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import type { House, Victim } from './house.js';
import { startMember } from './member.js';
import { allReady, environmentOf, findFfmpegs, rootFolders } from './start-apart.js';

/** The names of the embedded servers' processes. */
const SERVERS = { postgres: 'postgres', temporal: 'temporal', aria2c: 'aria2' } as const;

interface Found {
  database: Database;
  temporalAddress: string;
  aria2: { id: string; rpcUrl: string; secret: string };
}

/** `longplay up`: everything in one process and its children. */
export async function startUp({ folder, seed }: { folder: string; seed: number }): Promise<House> {
  const logFolder = path.join(folder, 'logs');
  const dataFolder = path.join(folder, 'data');
  const roots = rootFolders(folder);
  for (const made of [logFolder, ...Object.values(roots)]) mkdirSync(made, { recursive: true });
  const port = await choosePort(0);
  const environment = {
    ...environmentOf(roots),
    LONGPLAY_DATA: dataFolder,
    LONGPLAY_PORT: String(port),
  };
  const deaths: House['deaths'] = [];
  let said = '';
  const member = startMember({
    name: 'longplay',
    kind: 'longplay',
    command: ['up'],
    environment,
    ready: /--namespace/,
    logFolder,
    random: createRandom(seed, 'restarts of longplay'),
    onReady: (text) => {
      said = text;
    },
    onDeath: (death) => deaths.push(death),
  });
  await member.ready();
  let found = await locate(dataFolder, said);
  const { secret: token } = await createToken(found.database, {
    name: 'soak',
    role: 'super_admin',
    createdBy: 'soak',
  });
  let locatedFrom = said;
  const relocate = setInterval(() => {
    if (said === locatedFrom) return;
    locatedFrom = said;
    void locate(dataFolder, said).then((now) => {
      void found.database.close();
      found = now;
    });
  }, 200);
  return {
    folder,
    logFolder,
    roots,
    database: () => found.database,
    temporal: () => ({ address: found.temporalAddress, namespace: 'longplay' }),
    apis: () => [`http://127.0.0.1:${port}`],
    aria2: () => found.aria2,
    token,
    secrets: [token, found.aria2.secret, secretOf(dataFolder, 'postgres'), secretOf(dataFolder, 'seal')],
    deaths,
    environment,
    kinds: ['longplay', 'temporal', 'postgres', 'aria2', 'ffmpeg'],
    victims: async () => {
      const pid = member.pid();
      const longplay: Victim[] = pid === undefined ? [] : [{ kind: 'longplay', name: 'longplay', pid }];
      return [...longplay, ...(await findServers(dataFolder)), ...(await findFfmpegs(roots))];
    },
    allUp: async (withinMs) => {
      await allReady([member], withinMs);
    },
    stop: async () => {
      clearInterval(relocate);
      await member.stop();
      await found.database.close();
    },
  };
}

async function findServers(dataFolder: string): Promise<Victim[]> {
  return (await findProcesses(dataFolder)).flatMap(({ name, pid, args }) =>
    // The shell that watches over a server has its name, too, in its arguments.
    name in SERVERS && !args.some((word) => word.endsWith('/sh'))
      ? [{ kind: SERVERS[name as keyof typeof SERVERS], name, pid }]
      : [],
  );
}

async function locate(dataFolder: string, said: string): Promise<Found> {
  const processes = await findProcesses(dataFolder);
  const password = encodeURIComponent(secretOf(dataFolder, 'postgres'));
  const postgresPort = portIn(processes, /^port=(\d+)$/);
  return {
    database: createDatabase({
      connectionString: `postgres://longplay:${password}@127.0.0.1:${postgresPort}/longplay`,
      maxConnections: 6,
      applicationName: 'soak',
    }),
    temporalAddress: /--address (\S+)/.exec(said)?.[1] ?? '',
    aria2: {
      id: 'aria2',
      rpcUrl: `http://127.0.0.1:${portIn(processes, /^--rpc-listen-port=(\d+)$/)}/jsonrpc`,
      secret: secretOf(dataFolder, 'aria2'),
    },
  };
}

function portIn(processes: readonly FoundProcess[], argument: RegExp): string {
  const ports = processes.flatMap(({ args }) => args.map((word) => argument.exec(word)?.[1]));
  const port = ports.find((found) => found !== undefined);
  if (port !== undefined) return port;
  throw new Error(`Expected a server with an argument like ${argument.source}`);
}

function secretOf(dataFolder: string, name: string): string {
  return readFileSync(path.join(dataFolder, 'secrets', name), 'utf8').trim();
}
