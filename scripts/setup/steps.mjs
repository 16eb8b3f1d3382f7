import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const CACHE = path.join(ROOT, '.cache');

const PROGRESS_EACH_MS = 5_000;

/** Seconds spent on fetching, told apart from the rest. */
export const spent = { downloads: 0 };

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs a program with its output kept back; prints how long it takes each 5 s. Throws with its last words. */
export async function run(name, command, args, { env = {}, watch } = {}) {
  const started = performance.now();
  const timer = setInterval(() => {
    const size = watch === undefined ? '' : `, ${Math.round(folderBytes(watch) / 1e6)} MB`;
    say(`  … ${name}: ${Math.round((performance.now() - started) / 1000)} s${size}`);
  }, PROGRESS_EACH_MS);
  try {
    await new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: ROOT,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let tail = '';
      const keep = (data) => {
        tail = (tail + data).slice(-3_000);
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('error', (error) => {
        reject(error.code === 'ENOENT' ? new Error(`${command} is not installed`) : error);
      });
      child.once('close', (code) => {
        if (code === 0) resolve(undefined);
        else reject(new Error(`${command} ended with ${code}: ${tail.trim()}`));
      });
    });
  } finally {
    clearInterval(timer);
  }
  return (performance.now() - started) / 1000;
}

/** The last line of what a failed program said: enough for one sentence. */
export function lastWords(error) {
  return error.message.trim().split('\n').at(-1).slice(-300);
}

/** Runs `work` unless the stamp says that it was done for the same inputs; the stamp is written last. */
export async function stage(name, hash, isThere, work) {
  const stamp = path.join(CACHE, 'stamps', name.replaceAll(' ', '-'));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && isThere()) return;
  rmSync(stamp, { force: true });
  const started = performance.now();
  await work();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(`${stamp}.new`, hash);
  renameSync(`${stamp}.new`, stamp);
  say(`✓ ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

export function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Every file below the folders, in a fixed order. */
export function filesBelow(...folders) {
  return folders
    .map((folder) => path.join(ROOT, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)),
    )
    .sort();
}

function folderBytes(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .map((name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}

/** The path of a program on PATH, or undefined. */
export function onPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}
