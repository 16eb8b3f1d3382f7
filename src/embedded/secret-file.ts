import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../domain/faults.js';

/**
 * A random secret kept at `file` with mode 0600; made on first use, whole or not at all, and the same for
 * processes that ask at once. @throws Fault environment for a file that is there but has no secret: a new one
 * would lock out of all that the old one opens.
 */
export async function secretAt(file: string): Promise<string> {
  return (await read(file)) ?? (await make(file));
}

async function make(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  const staged = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await writeDurably(staged, `${secret}\n`);
    await link(staged, file);
    return secret;
  } catch (error) {
    const other = errorCode(error) === 'EEXIST' ? await read(file) : undefined;
    if (other === undefined) throw error;
    return other;
  } finally {
    await rm(staged, { force: true });
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function read(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  if (text.trim() !== '') return text.trim();
  throw new Fault('environment', `Expected a secret in ${file}, but it is empty`, {
    remedy: 'Restore it from a copy; delete it only if what it opens may be lost',
  });
}
