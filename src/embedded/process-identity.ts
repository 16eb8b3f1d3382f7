import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one of the same id: boot id and start time on Linux, the start time
 * as ps(1) tells it elsewhere. Undefined when nobody lives under that id; a zombie is dead.
 */
export function identityOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const boot = readProc('sys/kernel/random/boot_id');
  if (boot === undefined) return askPs('lstart=', pid);
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  // Fields 3 (state) and 22 (start) of proc(5) stat, counted from behind the name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `${boot.trim()} ${fields[19] ?? ''}`;
}

/** The arguments that a living process was started with; empty when it cannot be told. */
export function commandLineOf(pid: number): string {
  const found = readProc(`${pid}/cmdline`)?.replaceAll('\0', ' ') ?? askPs('command=', pid);
  return found?.trim() ?? '';
}

/** Whether any member of the process group lives. */
export function isGroupAlive(leader: number): boolean {
  return isAlive(-leader);
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
