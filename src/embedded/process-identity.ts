import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * What tells a process from a later one of the same id: boot id and start time on Linux, the start time
 * as ps(1) tells it elsewhere. Undefined when nobody lives under that id; a zombie is dead.
 */
export function identityOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const boot = readProc('sys/kernel/random/boot_id');
  if (boot === undefined) return askPs('lstart=', pid);
  const stat = readStat(pid);
  return stat === undefined || stat.isZombie ? undefined : `${boot.trim()} ${stat.start}`;
}

/** The arguments that a living process was started with; empty when it cannot be told. */
export function commandLineOf(pid: number): string {
  const found = readProc(`${pid}/cmdline`)?.replaceAll('\0', ' ') ?? askPs('command=', pid);
  return found?.trim() ?? '';
}

/** Whether any member of the process group lives; zombies are dead, whoever forgets to collect them. */
export function isGroupAlive(leader: number): boolean {
  if (!isAlive(-leader)) return false;
  const members = readProcesses()?.filter(({ group }) => group === leader);
  return members === undefined || members.some(({ isZombie }) => !isZombie);
}

interface Stat {
  group: number;
  start: string;
  isZombie: boolean;
}

/** Undefined where there is no /proc. */
function readProcesses(): Stat[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readStat(Number(name)) ?? []);
  } catch {
    return undefined;
  }
}

function readStat(pid: number): Stat | undefined {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  // Fields 3 (state), 5 (group) and 22 (start) of proc(5) stat, counted from behind the name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { isZombie: fields[0] === 'Z', group: Number(fields[2]), start: fields[19] ?? '' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function askPs(column: string, pid: number): string | undefined {
  const { stdout, status } = spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}
