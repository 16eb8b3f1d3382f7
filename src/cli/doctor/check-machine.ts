import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import path from 'node:path';

import type { Config } from '../../config.js';
import { normalizeError } from '../../domain/faults.js';
import { formatBytes } from '../../domain/jobs/amounts.js';
import { ok, wrong, type Finding } from './finding.js';

const NEEDED_NODE = [20, 19] as const;
/** Below this the first large download may fill the disk. */
const COMFORTABLE_BYTES = 5e9;

export async function checkMachine(
  config: Pick<Config, 'dataFolder'>,
  node: { version: string; path: string },
): Promise<Finding[]> {
  return [checkNode(node), await checkDataFolder(config.dataFolder)];
}

function checkNode({ version, path: where }: { version: string; path: string }): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const enough = major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]);
  if (enough) return ok('Node.js', { version, where });
  return wrong('Node.js', {
    state: 'broken',
    version,
    where,
    detail: `Expected ${NEEDED_NODE.join('.')} or later`,
    remedy: 'Install Node.js 20.19 or later from https://nodejs.org',
  });
}

async function checkDataFolder(folder: string): Promise<Finding> {
  const existing = await nearestExisting(folder);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(existing);
    return spaceFinding(folder, bavail * bsize);
  } catch (error) {
    return wrong('data folder', {
      state: 'broken',
      where: folder,
      detail: `Expected a folder that can be written: ${normalizeError(error).message}`,
      remedy: `Give yourself the right to write ${existing}, or set LONGPLAY_DATA to another folder`,
    });
  }
}

function spaceFinding(folder: string, freeBytes: number): Finding {
  const detail = `writable, ${formatBytes(freeBytes)} free`;
  if (freeBytes >= COMFORTABLE_BYTES) return ok('data folder', { where: folder, detail });
  return wrong('data folder', {
    state: 'advice',
    where: folder,
    detail,
    remedy: `Free some space, or set LONGPLAY_DATA to a folder with at least ${formatBytes(COMFORTABLE_BYTES)}`,
  });
}

/** The folder need not be there yet; its place must be. */
async function nearestExisting(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  return there || parent === folder ? folder : nearestExisting(parent);
}
