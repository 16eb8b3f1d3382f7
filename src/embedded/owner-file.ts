import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { errorCode } from '../domain/faults.js';
import { parseJson } from '../domain/parse-json.js';
import { identityOf } from './process-identity.js';

const schema = z.object({
  pid: z.int().positive(),
  /** So that a reused process id is not taken for the owner. */
  identity: z.string(),
  /** Null while it is starting. */
  url: z.string().nullable(),
});

export type Owner = z.output<typeof schema>;

const POLL_MS = 20;
let stages = 0;

/** Makes this process the owner of `folder`, unless a living one has it: then that one is returned. */
export async function claimOwner(folder: string): Promise<Owner | undefined> {
  const staged = await stage(folder, null);
  try {
    return await claim(ownerFile(folder), staged);
  } finally {
    await rm(staged, { force: true });
  }
}

/** Tells where the owner, this process, is reached; by atomic rename. */
export async function writeOwner(folder: string, url: string | null): Promise<void> {
  await rename(await stage(folder, url), ownerFile(folder));
}

/** The living owner of `folder`, or undefined when nobody has it that we can see. */
export async function readOwner(folder: string): Promise<Owner | undefined> {
  return parseLiving(await readText(ownerFile(folder)).catch(() => undefined));
}

/** Gives the folder up; another process's claim stays. */
export async function removeOwner(folder: string): Promise<void> {
  const owner = await readOwner(folder);
  if (owner?.pid === process.pid) await rm(ownerFile(folder), { force: true });
}

/**
 * Of any number of processes exactly one gets the file, since link(2) never replaces. A dead owner's file is
 * replaced only by who has claimed the right to replace just that one, in the same way; blindly removing it
 * could hit the fresh claim of a third.
 */
async function claim(file: string, staged: string): Promise<Owner | undefined> {
  for (;;) {
    if (await linkNew(staged, file)) return undefined;
    const text = await readText(file);
    const living = parseLiving(text);
    if (living !== undefined) return living;
    if (text !== undefined && (await replaceDead(file, { text, staged }))) return undefined;
  }
}

async function replaceDead(
  file: string,
  { text, staged }: { text: string; staged: string },
): Promise<boolean> {
  const right = `${file}.after-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  if ((await claim(right, staged)) !== undefined) {
    await sleep(POLL_MS);
    return false;
  }
  try {
    if ((await readText(file)) !== text) return false;
    const fresh = `${staged}.new`;
    await rm(fresh, { force: true });
    await link(staged, fresh);
    await rename(fresh, file);
    return true;
  } finally {
    await rm(right, { force: true });
  }
}

function ownerFile(folder: string): string {
  return path.join(folder, 'owner.json');
}

async function stage(folder: string, url: string | null): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = `${ownerFile(folder)}.${process.pid}-${(stages += 1)}`;
  const owner: Owner = { pid: process.pid, identity: identityOf(process.pid) ?? '', url };
  await writeFile(file, JSON.stringify(owner), { mode: 0o600 });
  return file;
}

async function linkNew(staged: string, file: string): Promise<boolean> {
  try {
    await link(staged, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseLiving(text: string | undefined): Owner | undefined {
  const parsed = schema.safeParse(parseJson(text ?? ''));
  return parsed.success && identityOf(parsed.data.pid) === parsed.data.identity ? parsed.data : undefined;
}
