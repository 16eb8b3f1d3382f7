import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

import { errorCode } from '../../domain/faults.js';

const PREFIX = `longplay-probe-${hostname()}-`;

/** For the samples of one trial. What a process of this host had left there when it was killed goes first. */
export async function makeTrialFolder(parent = tmpdir()): Promise<string> {
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    if (name.startsWith(PREFIX) && (await isLeft(folder, name.slice(PREFIX.length))))
      // Another user's stays: it hinders nobody.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`));
}

/** `owner`: the process id, and what makes the name unique. */
async function isLeft(folder: string, owner: string): Promise<boolean> {
  const pid = Number(/^(\d+)-/.exec(owner)?.[1]);
  if (!Number.isInteger(pid)) return false;
  if (pid !== process.pid) return !isAlive(pid);
  // In a container that was started again the same id may have been another life's.
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - process.uptime() * 1_000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: another user's.
    return errorCode(error) !== 'ESRCH';
  }
}
