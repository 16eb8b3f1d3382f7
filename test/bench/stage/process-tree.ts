import { readdir, readFile } from 'node:fs/promises';

import { Skipped } from '../harness/bench.js';

export interface TreeProcess {
  pid: number;
  name: string;
  /** User and system time since its start, milliseconds, in steps of 10. */
  cpuMs: number;
  /** The same of its descendants that have ended and were waited for. */
  reapedMs: number;
}

/** Linux counts times of proc(5) in hundredths of a second on every machine that we know. */
const MS_A_TICK = 10;

/** A process and all its descendants. @throws Skipped where there is no /proc. */
export async function processTree(root: number): Promise<TreeProcess[]> {
  if (process.platform !== 'linux') throw new Skipped('it is read from /proc, which only Linux has');
  const all = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readOne));
  const living = all.filter((one) => one !== undefined);
  const found = living.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...living.filter(({ parent }) => parent === pid));
  return found.map(({ pid, name, cpuMs, reapedMs }) => ({ pid, name, cpuMs, reapedMs }));
}

async function readOne(pid: string): Promise<(TreeProcess & { parent: number }) | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name = '', rest] = /\((.*)\) (.*)/.exec(text) ?? [];
  if (rest === undefined) return undefined;
  // Fields 4 (parent), 14 and 15 (times), 16 and 17 (those of children) of proc(5) stat, counted from behind the name.
  const fields = rest.split(' ').map(Number);
  const cpuMs = ((fields[11] ?? 0) + (fields[12] ?? 0)) * MS_A_TICK;
  const reapedMs = ((fields[13] ?? 0) + (fields[14] ?? 0)) * MS_A_TICK;
  return { pid: Number(pid), name, parent: fields[1] ?? 0, cpuMs, reapedMs };
}

/** CPU time that a process and its descendants, as they are at both ends, take for `work`; milliseconds. */
export async function cpuOf(root: number, work: () => Promise<unknown>): Promise<number> {
  const before = new Map((await processTree(root)).map(({ pid, cpuMs }) => [pid, cpuMs]));
  await work();
  const after = await processTree(root);
  return after.reduce((sum, { pid, cpuMs }) => sum + cpuMs - (before.get(pid) ?? 0), 0);
}

/** The same with all that was started and has ended meanwhile, as encoders do. */
export async function cpuWithEnded(root: number, work: () => Promise<unknown>): Promise<number> {
  const used = async (): Promise<number> =>
    (await processTree(root)).reduce((sum, { cpuMs, reapedMs }) => sum + cpuMs + reapedMs, 0);
  const before = await used();
  await work();
  return (await used()) - before;
}

/** Proportional set size of all, MiB: shared pages count once in sum. */
export async function pssOf(processes: readonly TreeProcess[]): Promise<number> {
  const sizes = await Promise.all(
    processes.map(async ({ pid }) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1_024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
