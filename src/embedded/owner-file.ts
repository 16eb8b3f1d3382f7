import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

const schema = z.object({
  pid: z.int().positive(),
  /** Clock ticks since boot, so that a reused process id is not taken for the owner. */
  startedAt: z.string(),
  url: z.string().nullable(),
});

export type Owner = z.output<typeof schema>;

/** Writes who owns `folder`, by atomic rename. */
export async function writeOwner(folder: string, url: string | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = ownerFile(folder);
  const owner: Owner = { pid: process.pid, startedAt: startTimeOf(process.pid) ?? '', url };
  await writeFile(`${file}.${process.pid}`, JSON.stringify(owner), { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
}

/** The living owner of `folder`, or undefined when nobody has it. */
export async function readOwner(folder: string): Promise<Owner | undefined> {
  const text = await readFile(ownerFile(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const started = startTimeOf(parsed.data.pid);
  return started !== undefined && started === parsed.data.startedAt ? parsed.data : undefined;
}

export async function removeOwner(folder: string): Promise<void> {
  const owner = await readOwner(folder);
  if (owner === undefined || owner.pid === process.pid) await rm(ownerFile(folder), { force: true });
}

function ownerFile(folder: string): string {
  return path.join(folder, 'owner.json');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat; on systems without /proc a living process has the empty start time. */
function startTimeOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is dead but for its parent's wait.
    return fields[0] === 'Z' ? undefined : (fields[19] ?? '');
  } catch {
    return '';
  }
}
