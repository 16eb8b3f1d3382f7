import type { DirectFile, FileAccess } from '../../../domain/acquisition/download.js';
import { Fault } from '../../../domain/faults.js';
import type { AddDownload } from '../port.js';
import { ERROR, httpStatusOf } from './faults.js';
import { MAX_FILES, memberGid } from './gids.js';
import { holdGroup, takeTurns } from './group.js';
import { NOTE_OPTION, writeNote } from './group-note.js';
import { findItem, type GroupItem } from './items.js';
import { removeEmptyControlFiles } from './remove-files.js';
import { Aria2Refusal, type Aria2Call, type Aria2Rpc } from './rpc.js';
import { forgetAll } from './settle.js';
import { isOpen, type Aria2Status } from './status.js';

type AddFiles = Omit<AddDownload, 'content'> & { files: DirectFile[] };

/**
 * Each file is an item of aria2's own, and all are added in one call, paused: two begin, and each list starts the next
 * ones. Files that are there already, running or finished, are left as they are.
 */
export async function addFiles(rpc: Aria2Rpc, download: AddFiles, signal: AbortSignal): Promise<void> {
  refuseUnsafe(download.files);
  const { clientItemId: id, files } = download;
  const existing = await findGroup(rpc, id, signal);
  const known = new Map(existing?.members.map((status) => [status.gid, status]));
  const missing = files
    .map((file, index) => ({ file, gid: memberGid(id, index) }))
    .filter(({ gid }) => !isUsable(known.get(gid)));
  const ended = missing.flatMap(({ gid }) => known.get(gid) ?? []);
  await forgetAll(
    rpc,
    ended.map(({ gid }) => gid),
    signal,
  );
  const resume = download.resume || existing !== undefined;
  if (resume) await removeEmptyControlFiles(download.hostDirectory, files.map(pathOf));
  const calls = missing.map(({ file, gid }) =>
    callFor(file, { download, gid, resume, former: known.get(gid) }),
  );
  const refusal = (await rpc.multicall(calls, signal)).find((answer) => answer instanceof Aria2Refusal);
  const added = await findGroup(rpc, id, signal);
  if (added === undefined || added.members.length < files.length) throw notAdded(refusal);
  // One that somebody had paused stays so, with all that came to it.
  if (existing !== undefined && isHeld(existing)) await holdGroup(rpc, added, signal);
  else await takeTurns(rpc, added, signal);
}

async function findGroup(rpc: Aria2Rpc, id: string, signal: AbortSignal): Promise<GroupItem | undefined> {
  const found = await findItem(rpc, id, signal);
  if (found?.kind === 'single') throw new Fault('defect', `Expected files under ${id}, it is a torrent`);
  return found;
}

function isUsable(status: Aria2Status | undefined): boolean {
  return status !== undefined && (isOpen(status) || status.status === 'complete');
}

function isHeld({ members, note }: GroupItem): boolean {
  return !note.waits && members.some(({ status }) => status === 'paused');
}

function notAdded(refusal: unknown): Fault {
  if (!(refusal instanceof Aria2Refusal)) {
    return new Fault('transient', 'aria2 took the files, but does not have all of them');
  }
  const blamed = /no uri to download|checksum/i.test(refusal.message) ? 'release_fault' : 'transient';
  return new Fault(blamed, `aria2 refused a file: ${refusal.message}`, { cause: refusal });
}

const pathOf = ({ path }: DirectFile): string => path;

/** @throws Fault release_fault for a name that leads out of the download's folder, and for what is not HTTP */
function refuseUnsafe(files: readonly DirectFile[]): void {
  if (files.length === 0 || files.length > MAX_FILES) {
    throw new Fault('release_fault', `Expected 1 to ${MAX_FILES} files, the source names ${files.length}`);
  }
  const bad = files.find(({ path }) => !isSafe(path));
  if (bad !== undefined) {
    throw new Fault('release_fault', `The source names a file outside of its folder: ${bad.path}`);
  }
  if (new Set(files.map(pathOf)).size < files.length) {
    throw new Fault('release_fault', 'The source names two files alike');
  }
  if (files.some(({ url }) => !/^https?:\/\//i.test(url))) {
    throw new Fault('release_fault', 'The source names a file that is not fetched by HTTP');
  }
}

function isSafe(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\\\u0000-\u001f]/.test(path)) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

interface Adding {
  download: AddFiles;
  gid: string;
  resume: boolean;
  /** What became of it the last time. */
  former: Aria2Status | undefined;
}

function callFor(file: DirectFile, adding: Adding): Aria2Call {
  const { download, gid } = adding;
  const note = { files: download.files.length, totalBytes: sumOf(download.files), waits: true };
  const access = download.access?.get(file.path);
  const options = {
    gid,
    dir: download.directory,
    out: file.path,
    pause: 'true',
    [NOTE_OPTION]: writeNote(note),
    ...POLITE,
    ...keepOptions(adding),
    ...(access === undefined ? {} : { header: headerLines(access) }),
    ...(file.checksum === undefined
      ? {}
      : { checksum: `${file.checksum.algorithm}=${file.checksum.hex.toLowerCase()}` }),
  };
  return { method: 'aria2.addUri', params: [[access?.url ?? file.url], options] };
}

/** aria2 sends them to every host that it comes to: the address is one that redirects no further. */
function headerLines({ headers }: FileAccess): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

/** One connection a file; and a 503 is asked again, after some seconds, before it counts as an error. */
const POLITE = { split: '1', 'max-connection-per-server': '1', 'max-tries': '5', 'retry-wait': '5' };

/**
 * What is there is gone on with, and what is whole is verified. Nothing is allocated ahead: without its control file
 * a file that is as long as it should be would count as whole.
 */
function keepOptions({ resume, former }: Adding): Record<string, string> {
  const base = { 'file-allocation': 'none', 'auto-file-renaming': 'false' };
  // Longer than the source's: another version of it, which nothing can be kept of.
  if (former?.errorCode === ERROR.fileExists) return { ...base, 'allow-overwrite': 'true' };
  if (!resume) return { ...base, continue: 'true' };
  const knowsHead = !NO_HEAD.includes(httpStatusOf(former?.errorMessage ?? '') ?? 0);
  return {
    ...base,
    continue: 'true',
    'check-integrity': 'true',
    // Asks for the size alone, so that nothing of a whole file is sent again.
    ...(knowsHead ? { 'use-head': 'true' } : {}),
  };
}

const NO_HEAD = [405, 501];

function sumOf(files: readonly DirectFile[]): number | undefined {
  const sizes = files.map(({ sizeBytes }) => sizeBytes);
  return sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
}
