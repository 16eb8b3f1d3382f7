import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../domain/faults.js';
import { spawnWithLifeline } from '../lifeline.js';

/** The database, and what SQLite has not yet moved from its log into it. */
const FILES = ['temporal.db', 'temporal.db-wal', 'temporal.db-shm'];

/**
 * Before another version of the program opens the database for the first time, it is copied to
 * `before-<version>-…`, since the server changes its schema in place (jobs.md §4). Call it while no server
 * runs on the folder.
 */
export async function keepBeforeUpgrade({
  cliPath,
  folder,
}: {
  cliPath: string;
  folder: string;
}): Promise<void> {
  const version = await versionOf(cliPath);
  const note = path.join(folder, 'version');
  const former = (await readFile(note, 'utf8').catch(() => '')).trim();
  if (former === version) return;
  if (former !== '') await copyAll(folder, `before-${version.replaceAll(/[^\w.-]+/g, '_')}-`);
  await writeFile(`${note}.new`, `${version}\n`);
  await rename(`${note}.new`, note);
}

/** What the program says of itself, as "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)". */
async function versionOf(cliPath: string): Promise<string> {
  const child = spawnWithLifeline({
    name: 'temporal --version',
    command: cliPath,
    args: ['--version'],
    stdout: 'pipe',
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const { code } = await child.exited;
  const version = /version (\S+ \(.*\))/.exec(said)?.[1];
  if (code === 0 && version !== undefined) return version;
  const came = `${said}${child.stderrTail()}`.trim().slice(0, 500);
  throw new Fault(
    'environment',
    `Expected ${cliPath} to tell the version of Temporal, got status ${code ?? 'none'}: ${came}`,
    { remedy: 'Run "npm start", which fetches it, or set TEMPORAL_CLI_PATH to the Temporal CLI' },
  );
}

async function copyAll(folder: string, prefix: string): Promise<void> {
  for (const name of FILES) {
    try {
      await copyFile(path.join(folder, name), path.join(folder, `${prefix}${name}`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
