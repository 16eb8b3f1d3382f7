// Runs jest with what ESM needs, and leaves its counts for the checks that follow.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
mkdirSync(path.join(ROOT, '.cache'), { recursive: true });
const given = process.argv.slice(2);
const apart = process.env.LONGPLAY_TEST_APART === 'true';
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=.cache/${apart ? 'jest-apart' : 'jest'}.json`,
    // Temporal's task queues are shared by all tests of one server, so one file runs at a time.
    '--maxWorkers=1',
    '--testTimeout=60000',
    ...given,
  ],
  { cwd: ROOT, stdio: ['inherit', 'ignore', 'inherit'] },
);
process.exit(status ?? 1);
