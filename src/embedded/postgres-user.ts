import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

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
 * nobody cannot pass a home of mode 0700 (measured; docs/decisions/embedded-postgres.md).
 */
export function choosePostgresUser(options: { nativeFolder: string; dataFolder: string }): PostgresUser {
  if (process.getuid?.() !== 0) return { prefix: [], ...options };
  const mapping = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  const env = { PATH: SYSTEM_PATH };
  if (spawnSync('unshare', [...mapping, 'true'], { stdio: 'ignore', env }).status === 0) {
    return { prefix: ['unshare', ...mapping], ...options };
  }
  const dataFolder = sharedFolderFor(options.dataFolder);
  return {
    prefix: [],
    uid: NOBODY,
    gid: NOBODY,
    dataFolder,
    nativeFolder: copyBinaries(options.nativeFolder),
  };
}

/** The data folder keeps a note of where its database is; without the note a left-over one belongs to nobody. */
function sharedFolderFor(dataFolder: string): string {
  const key = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  const shared = path.join(SHARED, key, 'postgres');
  const note = path.join(dataFolder, 'location');
  if (!existsSync(note)) rmSync(path.dirname(shared), { recursive: true, force: true });
  mkdirSync(path.dirname(shared), { recursive: true });
  chownSync(path.dirname(shared), NOBODY, NOBODY);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  writeFileSync(note, `${shared}\n`);
  return shared;
}

function copyBinaries(nativeFolder: string): string {
  const version = createHash('sha256').update(nativeFolder).digest('hex').slice(0, 12);
  const target = path.join(SHARED, `postgres-${version}`);
  if (existsSync(target)) return target;
  const staged = `${target}.${process.pid}`;
  rmSync(staged, { recursive: true, force: true });
  cpSync(nativeFolder, staged, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(staged, target);
  } catch (error) {
    rmSync(staged, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
