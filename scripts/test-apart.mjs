// The tests of the job contract once more, on two APIs, two core and two cpu workers as processes of their own.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'test/contract'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, LONGPLAY_TEST_APART: 'true' },
});
process.exit(status ?? 1);
