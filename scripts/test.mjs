// Runs jest with what ESM needs, and leaves its counts for the checks that follow.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, watch } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const CACHE = path.join(ROOT, '.cache');
/** From its results to its end jest takes a second. */
const END_MS = 60_000;

const given = process.argv.slice(2);
const apart = process.env.LONGPLAY_TEST_APART === 'true';
const results = apart ? 'jest-apart.json' : 'jest.json';
mkdirSync(CACHE, { recursive: true });
rmSync(path.join(CACHE, results), { force: true });
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=.cache/${results}`,
    // Most files wait for servers and clocks rather than for the CPU; a house of eight processes needs all of it.
    `--maxWorkers=${apart ? 1 : 2}`,
    '--testTimeout=60000',
    ...given,
  ],
  { cwd: ROOT, stdio: ['inherit', 'ignore', 'inherit'] },
);

// A socket or a timer that a test left can hold jest open, or even Node's own end; then it says nothing, for ever.
const watcher = watch(CACHE, (_event, name) => {
  if (name !== results) return;
  watcher.close();
  setTimeout(() => {
    process.stderr.write(
      `✗ Jest did not end within ${END_MS / 1000} s of its results: a test left something open.\n`,
    );
    jest.kill('SIGKILL');
  }, END_MS).unref();
});
jest.on('exit', (code) => {
  watcher.close();
  process.exitCode = code ?? 1;
});
