import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';

/** Real file systems for a test; needs root. */
export interface Disks {
  /** A disk of its own in memory. */
  mountTmpfs: (folder: string, size: string) => Promise<void>;
  /** The same disk a second time: equal device numbers, yet no link between the two. */
  mountBind: (from: string, folder: string) => Promise<void>;
  remount: (folder: string, options: string) => void;
  /** Also after a failure: call it in afterEach. */
  unmountAll: () => void;
}

export const canMount = process.getuid?.() === 0;

export function createDisks(): Disks {
  const mounted: string[] = [];
  const mount = async (args: string[], folder: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    execFileSync('mount', [...args, folder]);
    mounted.push(folder);
  };
  return {
    mountTmpfs: (folder, size) => mount(['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs'], folder),
    mountBind: (from, folder) => mount(['--bind', from], folder),
    remount: (folder, options) => {
      execFileSync('mount', ['-o', `remount,${options}`, folder]);
    },
    unmountAll: () => {
      for (const folder of mounted.splice(0).reverse()) execFileSync('umount', ['-l', folder]);
    },
  };
}
