import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CACHE, say } from './steps.mjs';

const FILE = path.join(CACHE, 'setup.lock');
const POLL_MS = 100;

/** One set-up at a time; a lock whose process is gone is taken over. */
export async function withLock(work) {
  mkdirSync(CACHE, { recursive: true });
  const staged = `${FILE}.${process.pid}`;
  writeFileSync(staged, `${process.pid} ${startOf(process.pid)}`);
  try {
    let told = false;
    while (!take(FILE, staged)) {
      if (!told)
        say(`another set-up runs (process ${read(FILE)?.split(' ')[0] ?? 'unknown'}); waiting for it`);
      told = true;
      await sleep(POLL_MS);
    }
    try {
      return await work();
    } finally {
      rmSync(FILE, { force: true });
    }
  } finally {
    rmSync(staged, { force: true });
  }
}

/**
 * The protocol of src/embedded/owner-file.ts, which is not built yet when this runs: link(2) never replaces,
 * and a dead holder's file is replaced only by who has taken, in the same way, the right to replace just that one.
 */
function take(file, staged) {
  if (linkNew(staged, file)) return true;
  const text = read(file);
  if (text === undefined || isHeld(text)) return false;
  const right = `${file}.after-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  if (!take(right, staged)) return false;
  try {
    if (read(file) !== text) return false;
    const fresh = `${staged}.new`;
    rmSync(fresh, { force: true });
    linkSync(staged, fresh);
    renameSync(fresh, file);
    return true;
  } finally {
    rmSync(right, { force: true });
  }
}

function linkNew(staged, file) {
  try {
    linkSync(staged, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isHeld(text) {
  const [, pid, start] = /^(\d+) (.+)$/s.exec(text) ?? [];
  return pid !== undefined && startOf(Number(pid)) === start;
}

/** When a process started, which tells it from a later one of the same number; undefined when it is gone. */
function startOf(pid) {
  const boot = read('/proc/sys/kernel/random/boot_id');
  if (boot === undefined) {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout?.trim() || undefined;
  }
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // Fields 3 (state) and 22 (start) of proc(5) stat, counted from behind the name; a zombie is dead.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `${boot.trim()} ${fields[19]}`;
}
