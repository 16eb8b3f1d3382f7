import { existsSync } from 'node:fs';
import path from 'node:path';

import { settle } from './settle.js';

/** A client deletes after it has answered: until its files are gone as this host sees them, or 10 s. */
export async function untilFilesGone(
  hostDirectory: string,
  files: readonly { path: string }[],
  signal: AbortSignal,
): Promise<void> {
  const isThere = (file: { path: string }): boolean => existsSync(path.join(hostDirectory, file.path));
  await settle(() => !files.some(isThere), signal, { withinMs: 10_000 });
}
