import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** The file with repair blocks of `redundancy` per cent, by the real par2. */
export function withRepairBlocks(file: NamedBytes, redundancy: number): Promise<NamedBytes[]> {
  return inFolder(async (folder) => {
    await writeFile(path.join(folder, file.name), file.bytes);
    const args = ['create', '-q', '-q', '-s16384', `-r${redundancy}`, '-n1', `${file.name}.par2`, file.name];
    await run('par2', args, { cwd: folder });
    const names = await readdir(folder);
    return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(path.join(folder, name)) })));
  });
}

/**
 * An archive that unar unpacks, under a name that NZBGet unpacks: it goes by the name, and no free program writes
 * real rar archives.
 */
export function packAsRar(
  file: NamedBytes,
  { name = 'book.rar', password }: { name?: string; password?: string } = {},
): Promise<NamedBytes> {
  return inFolder(async (folder) => {
    await writeFile(path.join(folder, file.name), file.bytes);
    const secret = password === undefined ? [] : ['-P', password];
    await run('zip', ['-q', '-0', ...secret, 'packed.zip', file.name], { cwd: folder });
    return { name, bytes: await readFile(path.join(folder, 'packed.zip')) };
  });
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-archive-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
