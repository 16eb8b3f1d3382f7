import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { isTooOldForUs, MIN_ARIA2 } from '../domain/acquisition/aria2-version.js';
import { Fault, normalizeError } from '../domain/faults.js';
import { ROOT_MARKER } from '../domain/logical-path.js';
import { spawnWithLifeline, type LifelineChild } from '../lifeline.js';
import { CRASH_LIMIT } from './crash-count.js';
import { secretAt } from './secret-file.js';
import { keepRunning, type Service, type ServiceLog, type ServiceTrouble } from './service.js';

export interface EmbeddedAria2 {
  service: Service;
  rpcUrl: string;
  secret: string;
}

/** aria2c with JSON-RPC on loopback; the options and why: acquisition.md §2.7. */
export async function startAria2(options: {
  aria2Path: string;
  dataFolder: string;
  downloadsFolder: string;
  port: number;
  log: ServiceLog;
  /** Binds transfers to this address; loopback also turns every kind of discovery off. */
  downloadInterface: string | undefined;
  onTrouble?: (trouble: ServiceTrouble | undefined) => void;
}): Promise<EmbeddedAria2> {
  const folder = path.join(options.dataFolder, 'aria2');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // aria2 writes its session anew with the mode of any file, and the users of sources stand in it (1.36, measured).
  await chmod(folder, 0o700);
  const session = path.join(folder, 'session');
  await writeFile(session, '', { flag: 'a', mode: 0o600 });
  const secret = await secretAt(path.join(options.dataFolder, 'secrets', 'aria2'));
  // In a file and not an argument: everybody on the machine can read a process's arguments.
  const settings = path.join(folder, 'aria2.conf');
  await writeFile(settings, `rpc-secret=${secret}\n`, { mode: 0o600 });
  const rpcUrl = `http://127.0.0.1:${options.port}/jsonrpc`;
  const service = await keepRunning({
    name: 'aria2',
    log: options.log,
    processFile: path.join(options.dataFolder, 'run', 'aria2.json'),
    spawn: () =>
      spawnWithLifeline({
        name: 'aria2',
        command: options.aria2Path,
        args: aria2Arguments({ ...options, folder, session, settings }),
        cwd: folder,
        nice: 5,
        stdout: 'tail',
      }),
    // Our own secret, which no other server knows; one of ours that was left over has been ended.
    ready: async (child) => !hasNoPort(child) && (await answers(rpcUrl, secret)),
    readyWithinMs: 15_000,
    crashLimit: CRASH_LIMIT,
    ...(options.onTrouble === undefined ? {} : { onTrouble: options.onTrouble }),
  });
  return { service, rpcUrl, secret };
}

/** Why this program cannot be our download client: it does not start at all, or is too old for what we ask of it. */
export async function whyUnfit(aria2Path: string): Promise<string | undefined> {
  const told = await promisify(execFile)(aria2Path, ['--version'], { timeout: 10_000 }).catch(
    (error: unknown) => normalizeError(error),
  );
  if (told instanceof Error) return `${aria2Path} does not start: ${told.message.trim().slice(0, 300)}`;
  const version = /version (\S+)/.exec(told.stdout)?.[1] ?? 'something else';
  if (!isTooOldForUs(version)) return undefined;
  return `Expected aria2 ${MIN_ARIA2} or later, got ${version}: install a later one, or set ARIA2_PATH`;
}

/**
 * The options of acquisition.md §2.7, but for these: a settings file in place of `--no-conf`, for the secret; no
 * `--stop-with-process`, since the lifeline ends it with its owner; no torrent is kept beside the data (metadata of
 * magnets is, by an option of each), since a torrent that is missing after a restart is added again from the store, and
 * verified then: from a session, what had begun just before a kill would fail as "file exists" first.
 */
function aria2Arguments(options: {
  port: number;
  settings: string;
  session: string;
  folder: string;
  downloadsFolder: string;
  downloadInterface: string | undefined;
}): string[] {
  const bound = options.downloadInterface;
  const loopback = bound !== undefined && (bound.startsWith('127.') || bound === 'lo');
  return [
    `--conf-path=${options.settings}`,
    // Errors only, as plain lines: they are what a failed start is told with.
    ...['--console-log-level=error', '--show-console-readout=false', '--enable-color=false'],
    ...['--summary-interval=0', '--download-result=hide'],
    '--enable-rpc',
    `--rpc-listen-port=${options.port}`,
    '--rpc-listen-all=false',
    '--rpc-max-request-size=64M',
    `--dir=${options.downloadsFolder}`,
    ...(hasItsDisk(options.downloadsFolder) ? [`--input-file=${options.session}`] : []),
    `--save-session=${options.session}`,
    '--save-session-interval=10',
    '--auto-save-interval=10',
    '--keep-unfinished-download-result=true',
    // Each finished file of a direct source is a result, and one that is dropped would be taken for lost.
    '--max-download-result=10000',
    // Passwords of the user that runs Longplay are not for the sources that it asks.
    '--no-netrc=true',
    '--max-concurrent-downloads=5',
    '--bt-detach-seed-only=true',
    '--bt-save-metadata=false',
    '--rpc-save-upload-metadata=false',
    '--follow-torrent=false',
    '--auto-file-renaming=false',
    '--seed-ratio=0.0',
    '--bt-stop-timeout=0',
    `--dht-file-path=${path.join(options.folder, 'dht.dat')}`,
    `--dht-file-path6=${path.join(options.folder, 'dht6.dat')}`,
    ...(bound === undefined ? [] : [`--interface=${bound}`]),
    ...(loopback
      ? ['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false', '--enable-peer-exchange=false']
      : []),
  ];
}

/**
 * What a session holds would be fetched anew onto the disk below a mount point, and nobody is asked. Without it the
 * poller adds each download again, once its disk is there (acquisition.md §5.6). No folder is made here: it may be a mount.
 */
function hasItsDisk(downloadsFolder: string): boolean {
  return existsSync(path.join(downloadsFolder, ROOT_MARKER));
}

/** It lives on without its port, on the other IP version's. @throws Fault environment */
function hasNoPort(child: LifelineChild): boolean {
  const said = child.stderrTail();
  if (!said.includes('failed to bind TCP port')) return false;
  throw new Fault('environment', `Expected aria2 to get its port: ${said.trim().slice(0, 300)}`, {
    remedy: 'End the program that has the port',
  });
}

async function answers(rpcUrl: string, secret: string): Promise<boolean> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 'ready',
    method: 'aria2.getVersion',
    params: [`token:${secret}`],
  });
  const response = await fetch(rpcUrl, { method: 'POST', body, signal: AbortSignal.timeout(1_000) });
  await response.arrayBuffer();
  return response.ok;
}
