// Everything that CI runs besides the README's test command. With --count it adds jest's counts, those of the run before included.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const CHECKS = [
  'format',
  'lint',
  'typecheck',
  'typecheck:web',
  'deps:check',
  'knip',
  'openapi:check',
  'docs:check',
  'schema:check',
  'test:apart',
];

let passed = 0;
let failed = 0;
for (const check of CHECKS) {
  const { status } = spawnSync('npm', ['run', '--silent', check], { cwd: ROOT, stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? '✓' : '✗'} ${check}\n`);
  if (status === 0) passed += 1;
  else failed += 1;
}
if (process.argv.includes('--count')) {
  for (const file of ['jest.json', 'jest-apart.json']) {
    const jest = JSON.parse(readFileSync(path.join(ROOT, '.cache', file), 'utf8'));
    passed += jest.numPassedTests;
    failed += jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
