import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { choosePort } from '../../src/embedded/ports.js';
import { findProgram } from '../../src/embedded/programs.js';
import { spawnWithLifeline, type LifelineChild } from '../../src/lifeline.js';
import { eventually } from './eventually.js';
import type { NntpServer } from './nntp-server.js';

export const NEWS_LOGIN = { username: 'reader', password: 'of-the-news-server' };
export const CONTROL = { username: 'control', secret: 'of-this-nzbget' };

/** What of the programs that usenet tests need is not installed. */
export function missingUsenetPrograms(): string[] {
  return ['nzbget', 'par2', 'unar', 'zip'].filter(
    (program) => findProgram(program, process.env['PATH']) === undefined,
  );
}

/** A real NZBGet on loopback in the foreground, with a configuration of its own. */
export interface RunningNzbget {
  port: number;
  url: string;
  /** Where finished items lie. */
  destination: string;
  kill: () => Promise<void>;
  /** After `kill`. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

/** `settings` come over the test's own, by the names of its configuration file. */
export async function startNzbget(options: {
  folder: string;
  news: Pick<NntpServer, 'port'>;
  /** Where it downloads to; default below `folder`. */
  mainFolder?: string;
  settings?: Record<string, string>;
}): Promise<RunningNzbget> {
  const port = await choosePort(0);
  const { folder, mainFolder = path.join(options.folder, 'main') } = options;
  await mkdir(folder, { recursive: true });
  const unrar = path.join(folder, 'unrar');
  await writeFile(unrar, UNRAR_BY_UNAR, { mode: 0o755 });
  const settings = { ...settingsFor({ ...options, mainFolder, port, unrar }), ...options.settings };
  const file = path.join(folder, 'nzbget.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  const url = `http://127.0.0.1:${port}`;
  let child: LifelineChild;
  const start = async (): Promise<void> => {
    child = spawnWithLifeline({
      name: 'nzbget',
      command: 'nzbget',
      args: ['-c', file, '-s', '-o', 'OutputMode=loggable'],
      cwd: folder,
      stdout: 'tail',
    });
    await eventually(() => fetch(url, { signal: AbortSignal.timeout(1_000) }).then(isOn, () => false));
  };
  await start();
  return {
    port,
    url,
    destination: path.join(mainFolder, 'dst'),
    kill: async () => {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
    start,
    stop: () => child.stop(),
  };
}

async function isOn(response: Response): Promise<boolean> {
  await response.arrayBuffer();
  return response.status === 401;
}

function settingsFor(options: {
  folder: string;
  mainFolder: string;
  news: Pick<NntpServer, 'port'>;
  port: number;
  unrar: string;
}): Record<string, string> {
  const { folder, mainFolder } = options;
  return {
    MainDir: mainFolder,
    DestDir: path.join(mainFolder, 'dst'),
    InterDir: path.join(mainFolder, 'inter'),
    NzbDir: path.join(folder, 'nzb'),
    QueueDir: path.join(folder, 'queue'),
    TempDir: path.join(folder, 'tmp'),
    LockFile: path.join(folder, 'lock'),
    LogFile: path.join(folder, 'log'),
    ControlIP: '127.0.0.1',
    ControlPort: String(options.port),
    ControlUsername: CONTROL.username,
    ControlPassword: CONTROL.secret,
    'Server1.Active': 'yes',
    'Server1.Host': '127.0.0.1',
    'Server1.Port': String(options.news.port),
    'Server1.Username': NEWS_LOGIN.username,
    'Server1.Password': NEWS_LOGIN.password,
    'Server1.Encryption': 'no',
    'Server1.Connections': '2',
    // Quick, where its defaults wait for a minute.
    ArticleRetries: '1',
    ArticleInterval: '1',
    ArticleTimeout: '10',
    DiskSpace: '1',
    Unpack: 'yes',
    UnrarCmd: options.unrar,
    HealthCheck: 'park',
    FlushQueue: 'yes',
  };
}

/** NZBGet speaks unrar's command line and exit codes, which the free unrar does not; unar does the work. */
const UNRAR_BY_UNAR = `#!/bin/sh
password=
for word in "$@"; do
  case $word in
    -p-) ;;
    -p*) password=\${word#-p} ;;
  esac
done
while [ $# -gt 2 ]; do shift; done
target=$2
set -- $1
mkdir -p "$target"
said=$(unar -force-overwrite -no-directory -output-directory "$target" \${password:+-password "$password"} "$1" 2>&1 </dev/null)
status=$?
echo "$said"
case $said in
  *"password"*) exit 11 ;;
  *"ailed to write"*) exit 5 ;;
esac
[ $status -eq 0 ] || exit 3
echo "All OK"
`;
