import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { Fault } from '../domain/faults.js';

/** `nobody`: initdb looks its user up by id, and this one is known on every system. */
const NOBODY = 65_534;
const SHARED = '/var/lib/longplay';
/** Where unshare(1) and what the server's programs call are found; the rest of the environment stays ours. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How Postgres, which refuses to run as root, is run by whoever we are. */
export interface PostgresUser {
  /** Put before the command. */
  prefix: readonly string[];
  uid?: number;
  gid?: number;
  /** Where the binaries and the data are, as that user can reach them. */
  nativeFolder: string;
  dataFolder: string;
}

/**
 * An ordinary user runs it as it is. Root runs it in a user namespace that maps root to nobody, which
 * leaves files where they are; where that is refused (in a chroot, say) as nobody from /var/lib, since
 * nobody cannot pass a home of mode 0700 (measured; docs/decisions/embedded-postgres.md). A database stays
 * where it was made, even if the other way works by now.
 */
export function choosePostgresUser({
  nativeFolder,
  dataFolder,
}: {
  nativeFolder: string;
  dataFolder: string;
}): PostgresUser {
  if (process.getuid?.() !== 0) return { prefix: [], nativeFolder, dataFolder };
  const noted = notedFolder(dataFolder);
  if (noted === undefined) {
    const prefix = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
    if (works(prefix)) return { prefix, nativeFolder, dataFolder };
    if (existsSync(path.join(dataFolder, 'PG_VERSION'))) throw strandedFault(dataFolder);
  }
  return {
    prefix: [],
    uid: NOBODY,
    gid: NOBODY,
    dataFolder: noted ?? makeSharedFolder(dataFolder),
    nativeFolder: copyBinaries(nativeFolder),
  };
}

function works([command = '', ...args]: string[]): boolean {
  const env = { PATH: SYSTEM_PATH };
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore', env }).status === 0;
}

function strandedFault(dataFolder: string): Fault {
  return new Fault(
    'environment',
    `Expected to run the database in ${dataFolder} in a user namespace, as it was made, but that is refused here`,
    { remedy: 'Start Longplay where it ran before, or as an ordinary user who owns the data folder' },
  );
}

const NOTE = 'location';

/** The data folder keeps a note of where its database is, and so finds it after it was moved, too. */
function notedFolder(dataFolder: string): string | undefined {
  const note = path.join(dataFolder, NOTE);
  const folder = existsSync(note) ? readFileSync(note, 'utf8').trim() : '';
  if (!folder.startsWith(`${SHARED}/`)) return undefined;
  // Its own folder is made before the note, the database in it after.
  if (existsSync(path.dirname(folder))) return folder;
  throw new Fault('environment', `Expected the database of ${dataFolder} in ${folder}, but it is not there`, {
    remedy: `Restore it from a copy, or delete ${note} to begin with an empty database`,
  });
}

/** What nobody's note names any more is left over from a data folder that was deleted. */
function makeSharedFolder(dataFolder: string): string {
  const key = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  const own = path.join(SHARED, key);
  rmSync(own, { recursive: true, force: true });
  makePassable(SHARED);
  mkdirSync(own, { mode: 0o700 });
  chownSync(own, NOBODY, NOBODY);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const shared = path.join(own, 'postgres');
  writeFileSync(path.join(dataFolder, NOTE), `${shared}\n`);
  return shared;
}

function copyBinaries(nativeFolder: string): string {
  const manifest = path.join(path.dirname(nativeFolder), 'package.json');
  const version = createHash('sha256').update(nativeFolder).update(readFileSync(manifest)).digest('hex');
  const target = path.join(SHARED, `postgres-${version.slice(0, 12)}`);
  if (existsSync(target)) return target;
  makePassable(SHARED);
  const staged = `${target}.${process.pid}`;
  rmSync(staged, { recursive: true, force: true });
  cpSync(nativeFolder, staged, { recursive: true, verbatimSymlinks: true });
  // Root may keep what it installs to itself (umask 077).
  spawnSync('chmod', ['-R', 'a+rX', staged], { stdio: 'ignore', env: { PATH: SYSTEM_PATH } });
  try {
    renameSync(staged, target);
  } catch (error) {
    rmSync(staged, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function makePassable(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}
