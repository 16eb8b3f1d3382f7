// Sets up a fresh clone: node modules, the Temporal program, FFmpeg and aria2, the build. Node built-ins only,
// since nothing else is there yet. Quick when nothing is missing, and it opens no connection then.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { withLock } from './setup/lock.mjs';
import { TEMPORAL_CLI, TEST_SERVER } from './setup/pins.mjs';
import { filesBelow, hashFiles, ROOT, run, say, spent, stage } from './setup/steps.mjs';
import { provideSystemPackages } from './setup/system-packages.mjs';
import { provideProgram, provideTemporalCli } from './setup/temporal.mjs';

const LEAST_NODE = [20, 19];
const purpose = process.argv[process.argv.indexOf('--for') + 1] ?? 'start';

async function setUp() {
  const started = performance.now();
  checkNode();
  await stage(
    'node modules',
    modulesHash(),
    () => existsSync(path.join(ROOT, 'node_modules', '.package-lock.json')),
    async () => {
      spent.downloads += await run('node modules', 'npm', ['ci', '--no-audit', '--no-fund'], {
        watch: path.join(ROOT, 'node_modules'),
      });
    },
  );
  await provideTemporalCli(TEMPORAL_CLI);
  if (purpose === 'test') await provideProgram(TEST_SERVER);
  await provideSystemPackages();
  await build();
  const seconds = (performance.now() - started) / 1000;
  if (seconds > 1)
    say(`set-up: ${seconds.toFixed(1)} s, of which downloads: ${spent.downloads.toFixed(1)} s`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new Error(
    `Expected Node ${LEAST_NODE.join('.')} or later, got ${process.versions.node}. Install a newer Node.`,
  );
}

function modulesHash() {
  const files = ['package-lock.json', '.npmrc'].map((name) => readFileSync(path.join(ROOT, name), 'utf8'));
  return `${process.platform}-${process.arch}-${process.versions.modules}\n${files.join('\n')}`;
}

async function build() {
  const configs = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const sources = [...filesBelow('src', 'web', 'scripts'), ...configs.map((name) => path.join(ROOT, name))];
  const isThere = () => existsSync(path.join(ROOT, 'dist', 'workflow-bundle.js'));
  await stage('build', hashFiles(sources), isThere, async () => {
    await run('build', process.execPath, ['scripts/build.mjs']);
  });
}

try {
  await withLock(setUp);
} catch (error) {
  say(`✗ ${error.message}`);
  process.exitCode = 1;
}
