// Builds dist: the service, the page, the workflow bundle.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const DIST = path.join(ROOT, 'dist');

function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(DIST, { recursive: true, force: true });
node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
if (existsSync(path.join(ROOT, 'web', 'app.ts'))) node('node_modules/typescript/bin/tsc', '-p', 'web');
mkdirSync(path.join(DIST, 'web'), { recursive: true });
const page = path.join(ROOT, 'web');
for (const name of (existsSync(page) ? readdirSync(page) : []).filter((file) =>
  /\.(html|css|svg)$/.test(file),
)) {
  cpSync(path.join(ROOT, 'web', name), path.join(DIST, 'web', name), { recursive: true });
}
node('dist/workers/build-workflow-bundle.js');
