import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { choosePort } from '../../src/embedded/ports.js';
import { spawnWithLifeline, type LifelineChild } from '../../src/lifeline.js';
import { eventually } from './eventually.js';

/** A real daemon with its own profile, on loopback; what it holds survives kill and restart. */
export interface ClientDaemon {
  baseUrl: string;
  username: string;
  secret: string;
  /** undefined while it is down. */
  pid: () => number | undefined;
  kill: () => Promise<void>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

const USERNAME = 'longplay';
const SECRET = 'of-this-test';

/** DHT, PEX and LPD are off: it meets only those whom the tracker names (acquisition.md §9). */
export async function startQbittorrent(
  folder: string,
  { preferences = {} }: { preferences?: Record<string, string> } = {},
): Promise<ClientDaemon> {
  const port = await choosePort(0);
  const config = path.join(folder, 'qBittorrent', 'config');
  await mkdir(config, { recursive: true });
  const sections = {
    LegalNotice: { Accepted: 'true' },
    BitTorrent: {
      'Session\\InterfaceAddress': '127.0.0.1',
      'Session\\Port': String(await choosePort(0)),
      'Session\\MultiConnectionsPerIp': 'true',
      'Session\\DHTEnabled': 'false',
      'Session\\PeXEnabled': 'false',
      'Session\\LSDEnabled': 'false',
      'Session\\QueueingSystemEnabled': 'false',
      'Session\\DefaultSavePath': path.join(folder, 'default'),
      ...preferences,
    },
    Network: { PortForwardingEnabled: 'false' },
    Preferences: {
      'WebUI\\Address': '127.0.0.1',
      'WebUI\\Port': String(port),
      'WebUI\\Username': USERNAME,
      'WebUI\\LocalHostAuth': 'true',
      'WebUI\\UseUPnP': 'false',
      'WebUI\\Password_PBKDF2': `"@ByteArray(${passwordHash(SECRET)})"`,
    },
  };
  await writeFile(path.join(config, 'qBittorrent.conf'), ini(sections));
  const baseUrl = `http://127.0.0.1:${port}`;
  return startDaemon({
    start: () =>
      spawnWithLifeline({
        name: 'qbittorrent',
        command: 'qbittorrent-nox',
        args: [`--profile=${folder}`],
        cwd: folder,
        env: { ...process.env, HOME: folder },
      }),
    isUp: async () => (await fetch(`${baseUrl}/api/v2/app/version`)).status === 403,
    baseUrl,
  });
}

export async function startTransmission(
  folder: string,
  { settings = {} }: { settings?: Record<string, unknown> } = {},
): Promise<ClientDaemon> {
  const port = await choosePort(0);
  const defaults = path.join(folder, 'default');
  await mkdir(defaults, { recursive: true });
  const all = {
    'rpc-bind-address': '127.0.0.1',
    'rpc-port': port,
    'rpc-authentication-required': true,
    'rpc-username': USERNAME,
    'rpc-password': SECRET,
    'bind-address-ipv4': '127.0.0.1',
    'peer-port': await choosePort(0),
    'port-forwarding-enabled': false,
    'dht-enabled': false,
    'lpd-enabled': false,
    'pex-enabled': false,
    'utp-enabled': false,
    'download-queue-enabled': false,
    'download-dir': defaults,
    ...settings,
  };
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(all));
  const baseUrl = `http://127.0.0.1:${port}`;
  return startDaemon({
    start: () =>
      spawnWithLifeline({
        name: 'transmission',
        command: 'transmission-daemon',
        args: ['--foreground', '--config-dir', folder],
        cwd: folder,
        env: { ...process.env, HOME: folder },
      }),
    isUp: async () => (await fetch(`${baseUrl}/transmission/rpc`)).status === 401,
    baseUrl,
  });
}

async function startDaemon({
  start,
  isUp,
  baseUrl,
}: {
  start: () => LifelineChild;
  isUp: () => Promise<boolean>;
  baseUrl: string;
}): Promise<ClientDaemon> {
  let child: LifelineChild;
  let isDown = true;
  const restart = async (): Promise<void> => {
    child = start();
    isDown = false;
    void child.exited.then(() => {
      isDown = true;
    });
    await eventually(() => isUp().catch(() => false), { everyMs: 100 });
  };
  await restart();
  return {
    baseUrl,
    username: USERNAME,
    secret: SECRET,
    restart,
    pid: () => (isDown ? undefined : child.pid),
    kill: async () => {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
    stop: () => child.stop(),
  };
}

/** As qBittorrent keeps it: salt and PBKDF2-HMAC-SHA512 of 100,000 rounds. */
function passwordHash(password: string): string {
  const salt = randomBytes(16);
  const key = pbkdf2Sync(password, salt, 100_000, 64, 'sha512');
  return `${salt.toString('base64')}:${key.toString('base64')}`;
}

function ini(sections: Record<string, Record<string, string>>): string {
  return Object.entries(sections)
    .flatMap(([name, values]) => [
      `[${name}]`,
      ...Object.entries(values).map(([key, value]) => `${key}=${value}`),
      '',
    ])
    .join('\n');
}
