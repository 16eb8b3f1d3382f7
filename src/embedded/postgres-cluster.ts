import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { noteProcess } from './former-process.js';
import { runPostgresProgram } from './postgres-program.js';
import type { PostgresUser } from './postgres-user.js';
import { startFault } from './start-fault.js';

/**
 * Makes the data folder, beside its place and renamed last: a start that was cut off leaves no half cluster.
 * Call it only while nothing of a former start runs; `processFile` notes initdb for the next one.
 */
export async function initializeCluster(
  user: PostgresUser,
  { superuser, password, processFile }: { superuser: string; password: string; processFile: string },
): Promise<void> {
  const staged = `${user.dataFolder}.new`;
  const passwordFile = path.join(path.dirname(user.dataFolder), 'initdb-password');
  await mkdir(path.dirname(user.dataFolder), { recursive: true });
  await rm(staged, { recursive: true, force: true });
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid ?? user.uid);
    const initdb = runPostgresProgram(user, 'initdb', [
      `--pgdata=${staged}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ]);
    noteProcess(processFile, initdb.pid);
    const { code } = await initdb.exited;
    if (code !== 0) throw startFault('initdb', `it ended with ${code ?? 'a signal'}`, initdb.stderrTail());
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(staged, user.dataFolder);
}
