import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../../domain/faults.js';
import type { FoundFile } from '../../../domain/media/diff-scan.js';
import { diskFault } from '../../../integrations/files/disk-faults.js';
import { findFile } from '../../../integrations/files/find-file.js';

/** A plain file that somebody has named. */
export interface NamedFile {
  hostPath: string;
  folder: string;
  name: string;
  found: FoundFile;
}

/** @throws Fault bad_input where there is none, or something else. */
export async function requireFile(given: string): Promise<NamedFile> {
  const hostPath = path.resolve(given);
  const { dir: folder, base: name } = path.parse(hostPath);
  const entry = await look(hostPath, stat);
  if (entry === undefined) throw new Fault('bad_input', `Expected a video file, there is no ${given}`);
  const found = entry.isFile() ? await findFile(folder, name) : undefined;
  if (found !== undefined) return { hostPath, folder, name, found };
  const kind = entry.isDirectory() ? 'a folder' : 'no plain file';
  throw new Fault('bad_input', `Expected a video file, ${given} is ${kind}`);
}

/** @throws Fault bad_input where there is none. */
export async function requireFolder(given: string): Promise<string> {
  const hostPath = path.resolve(given);
  const entry = await look(hostPath, stat);
  if (entry?.isDirectory() === true) return hostPath;
  const what = entry === undefined ? 'it is not there' : 'it is a file';
  throw new Fault('bad_input', `Expected the folder ${given}, ${what}`);
}

/**
 * Host path of a file that is to be made.
 * @throws Fault bad_input for another ending, a folder that is not there, the source itself, and for what stands there
 * unless it may be replaced.
 */
export async function requireTarget(
  given: string,
  wanted: { ending: RegExp; example: string; source: NamedFile; replace: boolean },
): Promise<string> {
  const hostPath = path.resolve(given);
  if (!wanted.ending.test(path.basename(hostPath)))
    throw new Fault('bad_input', `Expected a name such as ${wanted.example}, got ${given}`);
  if ((await look(path.dirname(hostPath), stat))?.isDirectory() !== true) {
    throw new Fault('bad_input', `Expected a folder that is there for ${given}`, {
      remedy: `Make it: mkdir -p ${path.dirname(given)}`,
    });
  }
  await requireFree(hostPath, { ...wanted, given });
  return hostPath;
}

async function requireFree(
  hostPath: string,
  { given, source, replace }: { given: string; source: NamedFile; replace: boolean },
): Promise<void> {
  const entry = await look(hostPath, lstat);
  if (entry === undefined) return;
  if (entry.isDirectory()) throw new Fault('bad_input', `Expected the name of a file, ${given} is a folder`);
  const target = await look(hostPath, stat);
  if (target !== undefined && isSame(target, await stat(source.hostPath, { bigint: true }))) {
    throw new Fault('bad_input', `Expected another file than the source, ${given} is the source itself`, {
      remedy: 'Name another file; the source is never changed',
    });
  }
  if (replace) return;
  throw new Fault('bad_input', `Something stands at ${given} already`, {
    remedy: 'Name another file, or replace it with --replace',
  });
}

type Entry = Awaited<ReturnType<typeof lstat>>;
type Look = (file: string, options: { bigint: true }) => Promise<Entry>;

/** Undefined where nothing is. */
async function look(hostPath: string, ask: Look): Promise<Entry | undefined> {
  return ask(hostPath, { bigint: true }).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw diskFault(error);
  });
}

function isSame(one: Entry, other: Entry): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
