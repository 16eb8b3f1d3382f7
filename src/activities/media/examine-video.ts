import path from 'node:path';

import { errorCode, Fault, normalizeError } from '../../domain/faults.js';
import { hasChanged, movedFrom, type FoundFile, type ScannedFile } from '../../domain/media/diff-scan.js';
import { findFile } from '../../integrations/files/find-file.js';
import { hashHeadAndTail } from '../../integrations/files/head-tail.js';
import type { KnownVideo, MovedVideo, VideoFacts } from '../../store/media/video-scan.js';
import type { MediaTools } from '../../media/tools.js';
import { asFinding, factsOf, namesOf } from './video-facts.js';
import { withoutHostPaths } from './without-host-paths.js';

export interface Examination {
  media: Pick<MediaTools, 'describe'>;
  /** Host folder of the root. */
  hostRoot: string;
  /** The scanned folder, relative to the root. */
  folder: string;
  /** Rows that new files may be the moved files of. */
  candidates: readonly MovedVideo[];
  signal: AbortSignal;
}

/** What has come of a file that was opened. `growing`: somebody writes to it; `gone`: it was taken away meanwhile. */
export type Examined =
  | { outcome: 'growing' | 'gone' }
  | { outcome: 'same'; known: KnownVideo; file: FoundFile }
  | { outcome: 'moved'; from: MovedVideo[]; file: FoundFile; facts: () => Promise<Examined> }
  | { outcome: 'written'; facts: VideoFacts };

/**
 * Opens one file. What is wrong with it is a finding on its row.
 * @throws the signal's reason; Fault environment when ffprobe or the disk is away.
 */
export async function examine(scanned: ScannedFile<KnownVideo>, examination: Examination): Promise<Examined> {
  const { file } = scanned;
  const hash = await hashOf(examination, file);
  if (hash === 'gone') return { outcome: 'gone' };
  const isSame = hash.value !== null && hash.value === scanned.known?.headTailHash;
  if (scanned.verdict === 'renumbered' && isSame) return { outcome: 'same', known: scanned.known, file };
  const facts = async (): Promise<Examined> => {
    const described = await describe(examination, file, hash);
    const { known } = scanned;
    const isUnread = described.outcome === 'written' && described.facts.valid === null;
    // What was found out of the same content stays.
    return isUnread && isSame && known?.probed === true ? { outcome: 'same', known, file } : described;
  };
  const from =
    scanned.verdict === 'new' && hash.value !== null ? await emptied(examination, file, hash.value) : [];
  return from.length > 0 ? { outcome: 'moved', from, file, facts } : facts();
}

interface Hashed {
  value: string | null;
  /** Why there is none. */
  unread?: string;
}

async function hashOf({ hostRoot }: Examination, file: FoundFile): Promise<Hashed | 'gone'> {
  try {
    return { value: await hashHeadAndTail(path.join(hostRoot, file.path)) };
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return 'gone';
    // One that may not be read, or lies on a bad sector, says nothing of the others.
    if (['EACCES', 'EPERM', 'EIO'].includes(code))
      return { value: null, unread: `It cannot be read (${code})` };
    throw error;
  }
}

async function describe(examination: Examination, file: FoundFile, hash: Hashed): Promise<Examined> {
  const inside =
    hash.unread === undefined ? await lookInside(examination, file) : asFinding(null, hash.unread);
  if (inside === 'gone') return { outcome: 'gone' };
  const after = await findFile(examination.hostRoot, file.path);
  if (after === undefined) return { outcome: 'gone' };
  if (hasChanged(file, after)) return { outcome: 'growing' };
  return {
    outcome: 'written',
    facts: { ...file, ...namesOf(file.path), headTailHash: hash.value, ...inside },
  };
}

async function lookInside({ media, hostRoot, signal }: Examination, file: FoundFile) {
  if (file.sizeBytes === 0) return asFinding(false, 'It is empty');
  try {
    const source = await media.describe(path.join(hostRoot, file.path), signal);
    return factsOf(source, path.posix.basename(file.path));
  } catch (error) {
    signal.throwIfAborted();
    return findingOf(error, hostRoot);
  }
}

const MAX_REASON = 500;

function findingOf(error: unknown, hostRoot: string) {
  const { message } = normalizeError(error);
  const reason = withoutHostPaths(message, hostRoot).slice(0, MAX_REASON);
  if (!(error instanceof Fault)) return asFinding(null, reason);
  switch (error.kind) {
    case 'gone':
      return 'gone' as const;
    case 'environment':
      // A missing ffprobe is everybody's trouble; a bad sector is this file's.
      if (error.waitingReason === 'mount_gone') return asFinding(null, reason);
      throw error;
    case 'bad_input':
    case 'release_fault':
      return asFinding(false, reason);
    case 'credentials':
    case 'superseded':
    case 'defect':
    case 'transient':
    case 'throttled':
      return asFinding(null, reason);
  }
}

/** The rows that a file may have been moved from: nothing stands there any more. */
async function emptied(
  { hostRoot, folder, candidates }: Examination,
  file: FoundFile,
  hash: string,
): Promise<MovedVideo[]> {
  const rows: MovedVideo[] = [];
  for (const row of movedFrom(file, hash, candidates)) {
    // Elsewhere a disk may be away: there only a scan of that place says that it is missing.
    const isHere = folder === '' || row.path.startsWith(`${folder}/`);
    if ((isHere || row.missing) && (await findFile(hostRoot, row.path)) === undefined) rows.push(row);
  }
  return rows;
}
