import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { identityOf } from './process-identity.js';

const schema = z.object({
  pid: z.int().positive(),
  /** So that a reused process id is not taken for the owner. */
  identity: z.string(),
  /** Null while it is starting. */
  url: z.string().nullable(),
});

export type Owner = z.output<typeof schema>;

/**
 * Makes this process the owner of `folder`, unless a living one has it: then that one is returned. Of two
 * that try at once exactly one gets it, since link(2) never replaces.
 */
export async function claimOwner(folder: string): Promise<Owner | undefined> {
  const file = ownerFile(folder);
  const staged = await stage(folder, null);
  try {
    for (;;) {
      if (await linkNew(staged, file)) return undefined;
      const living = (await readOwner(folder)) ?? (await removeDead(file));
      if (living !== undefined) return living;
    }
  } finally {
    await rm(staged, { force: true });
  }
}

/** Tells where the owner, this process, is reached; by atomic rename. */
export async function writeOwner(folder: string, url: string | null): Promise<void> {
  await rename(await stage(folder, url), ownerFile(folder));
}

/** The living owner of `folder`, or undefined when nobody has it. */
export async function readOwner(folder: string): Promise<Owner | undefined> {
  return readLiving(ownerFile(folder));
}

/** Gives the folder up; another process's claim stays. */
export async function removeOwner(folder: string): Promise<void> {
  const owner = await readOwner(folder);
  if (owner === undefined || owner.pid === process.pid) await rm(ownerFile(folder), { force: true });
}

function ownerFile(folder: string): string {
  return path.join(folder, 'owner.json');
}

async function stage(folder: string, url: string | null): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = `${ownerFile(folder)}.${process.pid}`;
  const owner: Owner = { pid: process.pid, identity: identityOf(process.pid) ?? '', url };
  await writeFile(file, JSON.stringify(owner), { mode: 0o600 });
  return file;
}

async function linkNew(staged: string, file: string): Promise<boolean> {
  try {
    await link(staged, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a dead owner's file away; one that became another process's meanwhile is put back and returned. */
async function removeDead(file: string): Promise<Owner | undefined> {
  const aside = `${file}.dead-${process.pid}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const living = await readLiving(aside);
  if (living !== undefined) await linkNew(aside, file);
  await rm(aside, { force: true });
  return living;
}

async function readLiving(file: string): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const parsed = schema.safeParse(parseJson(text));
  return parsed.success && identityOf(parsed.data.pid) === parsed.data.identity ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
