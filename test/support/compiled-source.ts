import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { transform, transformFile, type Options } from '@swc/core';

export interface CompiledSource {
  /** Writes a module that imports from `./src/…` and returns its path, for `node <path>`. */
  writeEntry: (text: string) => Promise<string>;
  /** Compiles one more module, or another text of one, to its place below the folder. */
  writeSource: (file: string, typescript: string) => Promise<void>;
  removeSource: (file: string) => Promise<void>;
  remove: () => Promise<void>;
}

const SWC: Options = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'es6' },
};

/** Some parts of src as JavaScript in a folder of their own, for tests that kill a process of ours. */
export async function compileSource(parts: readonly string[]): Promise<CompiledSource> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-source-'));
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  for (const part of parts) await compile(path.join('src', part), path.join(folder, 'src', part));
  let entries = 0;
  return {
    writeEntry: async (text) => {
      const file = path.join(folder, `entry-${(entries += 1)}.js`);
      await writeFile(file, text);
      return file;
    },
    writeSource: async (file, typescript) => {
      const { code } = await transform(typescript, SWC);
      await writeModule(path.join(folder, file), code);
    },
    removeSource: (file) => rm(path.join(folder, file.replace(/\.ts$/, '.js'))),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function compile(source: string, target: string): Promise<void> {
  const files = source.endsWith('.ts')
    ? [[source, target] as const]
    : (await readdir(source, { recursive: true }))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
        .map((name) => [path.join(source, name), path.join(target, name)] as const);
  for (const [from, to] of files) {
    const { code } = await transformFile(from, SWC);
    await writeModule(to, code);
  }
}

async function writeModule(file: string, code: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file.replace(/\.ts$/, '.js'), code);
}
