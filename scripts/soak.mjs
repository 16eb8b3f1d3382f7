// Runs a soak of test/soak against the built service: `npm run soak -- kill --minutes N --seed N [--json FILE]`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { transformFileSync } from '@swc/core';

const ROOT = path.resolve(import.meta.dirname, '..');
const OUT = path.join(ROOT, '.cache', 'soak');
const SWC = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } };

if (!existsSync(path.join(ROOT, 'dist', 'main.js'))) {
  process.stdout.write('✗ Expected the built service in dist: run "npm run build" first.\n');
  process.exit(1);
}

// Next to the compiled soak `src` is the built service, so that its imports hold as they stand.
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
symlinkSync(path.join(ROOT, 'dist'), path.join(OUT, 'src'));
for (const folder of ['test/soak', 'test/support']) {
  const files = readdirSync(path.join(ROOT, folder), { recursive: true });
  for (const file of files.filter((name) => /(?<!\.test|\.d)\.ts$/.test(name))) {
    const target = path.join(OUT, folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, transformFileSync(path.join(ROOT, folder, file), SWC).code);
  }
}

const main = path.join(OUT, 'test', 'soak', 'main.js');
const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
// It stops what it started; a terminal's Ctrl-C reaches it by itself.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
