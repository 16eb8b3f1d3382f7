import path from 'node:path';

import { spawnWithLifeline, type LifelineChild } from '../lifeline.js';
import { SYSTEM_PATH, type PostgresUser } from './postgres-user.js';

/** One of PostgreSQL's programs, as the user that it may run as; INT asks it to end without waiting for clients. */
export function runPostgresProgram(user: PostgresUser, program: string, args: string[]): LifelineChild {
  const command = [...user.prefix, path.join(user.nativeFolder, 'bin', program), ...args];
  return spawnWithLifeline({
    name: program,
    command: command[0] ?? program,
    args: command.slice(1),
    cwd: path.dirname(user.dataFolder),
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC' },
    stopSignal: 'INT',
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    ...(user.gid === undefined ? {} : { gid: user.gid }),
  });
}
