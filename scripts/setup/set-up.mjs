import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { FFMPEG_9, TEMPORAL_CLI, TEST_SERVER } from './pins.mjs';
import { filesBelow, hashFiles, lastWords, ROOT, run, say, spent, stage } from './steps.mjs';
import { provideSystemPackages } from './system-packages.mjs';
import { provideProgram, provideTemporalCli } from './temporal.mjs';

/** Every stage in order; `purpose` is "start", "demo" or "test", which needs more than the others. */
export async function setUp(purpose) {
  const started = performance.now();
  await provideNodeModules();
  await provideTemporalCli(TEMPORAL_CLI, { isNeeded: purpose === 'test' });
  if (purpose === 'test') {
    await provideProgram(TEST_SERVER);
    if (`${process.platform}-${process.arch}` in FFMPEG_9.sha256) await provideProgram(FFMPEG_9);
  }
  await provideSystemPackages(purpose);
  await build();
  const seconds = (performance.now() - started) / 1000;
  if (seconds > 1)
    say(`set-up: ${seconds.toFixed(1)} s, of which downloads: ${spent.downloads.toFixed(1)} s`);
}

async function provideNodeModules() {
  const isThere = () => existsSync(path.join(ROOT, 'node_modules', '.package-lock.json'));
  await stage('node modules', modulesHash(), isThere, async () => {
    const watch = path.join(ROOT, 'node_modules');
    try {
      spent.downloads += await run('node modules', 'npm', ['ci', '--no-audit', '--no-fund'], { watch });
    } catch (error) {
      throw new Error(
        `The node modules cannot be had (${lastWords(error)}): check the network and the registry in your npm configuration, then run this again.`,
        { cause: error },
      );
    }
  });
}

function modulesHash() {
  const hash = createHash('sha256').update(
    `${process.platform}-${process.arch}-${process.versions.modules}\n`,
  );
  for (const name of ['package-lock.json', '.npmrc']) hash.update(readFileSync(path.join(ROOT, name)));
  return hash.digest('hex');
}

async function build() {
  const configs = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const sources = [...filesBelow('src', 'web', 'scripts'), ...configs.map((name) => path.join(ROOT, name))];
  const isThere = () =>
    ['main.js', 'workflow-bundle.js'].every((name) => existsSync(path.join(ROOT, 'dist', name)));
  await stage('build', hashFiles(sources), isThere, async () => {
    await run('build', process.execPath, ['scripts/build.mjs']);
  });
}
