import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { choosePort } from '../../../src/embedded/ports.js';
import { createDatabase } from '../../../src/store/database.js';
import { createToken } from '../../../src/store/tokens.js';
import { findProcesses } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import type { House, Victim } from './house.js';
import { startMember, type Member, type MemberKind } from './member.js';
import { NAMESPACE, startServers } from './servers.js';

type Kind = Exclude<MemberKind, 'longplay'>;

const READY: Record<Kind, RegExp> = {
  api: /The API is ready: (\S+)/,
  core: /is ready/,
  cpu: /is ready/,
  gpu: /is ready/,
};
/** The first one migrates the database. */
const MEMBERS: readonly Kind[] = ['api', 'core', 'cpu', 'api', 'core', 'cpu'];

/** Servers of the house and Longplay's processes: by default two API processes, two core and two cpu workers. */
export async function startApart({
  folder,
  seed,
  kinds = MEMBERS,
  settings = {},
}: {
  folder: string;
  seed: number;
  kinds?: readonly Kind[];
  /** For the environment of all of them. */
  settings?: Record<string, string>;
}): Promise<House> {
  const logFolder = path.join(folder, 'logs');
  const roots = rootFolders(folder);
  for (const made of [logFolder, ...Object.values(roots)]) mkdirSync(made, { recursive: true });
  const servers = await startServers({ folder, logFolder, downloadsFolder: roots.downloads });
  const secretKey = randomBytes(16).toString('hex');
  const environment = {
    ...environmentOf(roots),
    ...settings,
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: NAMESPACE,
    LONGPLAY_SECRET_KEY: secretKey,
  };
  const deaths: House['deaths'] = [];
  const apis: string[] = [];
  const members: Member[] = [];
  for (const [index, kind] of kinds.entries()) {
    const name = `${kind}-${kinds.slice(0, index + 1).filter((other) => other === kind).length}`;
    const port = kind === 'api' ? await choosePort(0) : 0;
    if (kind === 'api') apis.push(`http://127.0.0.1:${port}`);
    const member = startMember({
      name,
      kind,
      command: kind === 'api' ? ['api'] : ['worker', kind],
      environment: { ...environment, LONGPLAY_DATA: path.join(folder, name), LONGPLAY_PORT: String(port) },
      ready: READY[kind],
      logFolder,
      random: createRandom(seed, `restarts of ${name}`),
      onReady: () => undefined,
      onDeath: (death) => deaths.push(death),
    });
    members.push(member);
    if (index === 0) await member.ready();
  }
  const database = createDatabase({
    connectionString: servers.databaseUrl,
    maxConnections: 6,
    applicationName: 'soak',
  });
  const { secret: token } = await createToken(database, {
    name: 'soak',
    role: 'super_admin',
    createdBy: 'soak',
  });
  const password = new URL(servers.databaseUrl).password;
  return {
    folder,
    logFolder,
    roots,
    database: () => database,
    temporal: () => ({ address: servers.temporalAddress, namespace: NAMESPACE }),
    apis: () => apis,
    aria2: () => servers.aria2,
    token,
    secrets: [token, secretKey, servers.aria2.secret, password],
    deaths,
    environment: { ...environment, LONGPLAY_DATA: path.join(folder, 'command-line') },
    servers,
    kinds: [...new Set(kinds), 'temporal', 'postgres', 'aria2', 'ffmpeg'],
    victims: async () => [
      ...members.flatMap(({ kind, name, pid }) => victimOf({ kind, name, pid: pid() })),
      ...servers.victims(),
      ...(await findFfmpegs(roots)),
    ],
    allUp: (withinMs) => allReady(members, withinMs),
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
      await database.close();
      await servers.close();
    },
  };
}

export function rootFolders(folder: string): House['roots'] {
  const below = (name: string): string => path.join(folder, name);
  return {
    scratch: below('scratch'),
    library: below('library'),
    downloads: below('downloads'),
    playback: below('playback'),
  };
}

/** What every process of the house is given. */
export function environmentOf(roots: House['roots']): Record<string, string> {
  return {
    MEDIA_LIBRARY_PATH: roots.library,
    LONGPLAY_ROOT_DOWNLOADS: roots.downloads,
    LONGPLAY_ROOT_PLAYBACK: roots.playback,
    LONGPLAY_ROOT_SCRATCH: roots.scratch,
    LONGPLAY_LOG_LEVEL: 'warn',
    LONGPLAY_DEMO_JOBS: 'true',
    LONGPLAY_DOWNLOAD_INTERFACE: '127.0.0.1',
  };
}

export async function allReady(members: readonly Member[], withinMs: number): Promise<void> {
  const late = new Promise<'late'>((resolve) => {
    setTimeout(resolve, withinMs, 'late').unref();
  });
  const all = Promise.all(members.map((member) => member.ready()));
  if ((await Promise.race([all, late])) !== 'late') return;
  throw new Error(`Expected every process to serve within ${withinMs} ms, see the logs`);
}

function victimOf(found: Omit<Victim, 'pid'> & { pid: number | undefined }): Victim[] {
  return found.pid === undefined ? [] : [{ ...found, pid: found.pid }];
}

/** FFmpeg itself, not the shell that watches over it: the latter runs at nice 0. */
export async function findFfmpegs({
  scratch,
  playback,
}: Pick<House['roots'], 'scratch' | 'playback'>): Promise<Victim[]> {
  const writing = [...(await findProcesses(scratch)), ...(await findProcesses(playback))];
  const found = writing.filter(({ name, nice }) => name === 'ffmpeg' && nice > 0);
  return found.map(({ pid }) => ({ kind: 'ffmpeg' as const, name: 'ffmpeg', pid }));
}
