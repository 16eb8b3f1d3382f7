// Compiles a folder of test/ and runs its main.ts against the built service, in a process of its own.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { transformFileSync } from '@swc/core';

const ROOT = path.resolve(import.meta.dirname, '..');
const SWC = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } };

/** `name` is the folder below test/; the command's own arguments are handed on. */
export function runOnBuilt(name) {
  if (!existsSync(path.join(ROOT, 'dist', 'main.js'))) {
    process.stdout.write('✗ Expected the built service in dist: run "npm run build" first.\n');
    process.exit(1);
  }
  const out = path.join(ROOT, '.cache', name);
  compile(out, [`test/${name}`, 'test/support', 'test/activities']);
  const main = path.join(out, 'test', name, 'main.js');
  const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  // It stops what it started; a terminal's Ctrl-C reaches it by itself.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

/** Next to what is compiled `src` is the built service, so that imports hold as they stand. */
function compile(out, folders) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  symlinkSync(path.join(ROOT, 'dist'), path.join(out, 'src'));
  for (const folder of folders) {
    const files = readdirSync(path.join(ROOT, folder), { recursive: true });
    for (const file of files.filter((found) => /(?<!\.test|\.d)\.ts$/.test(found))) {
      const target = path.join(out, folder, file.replace(/\.ts$/, '.js'));
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, transformFileSync(path.join(ROOT, folder, file), SWC).code);
    }
  }
}
