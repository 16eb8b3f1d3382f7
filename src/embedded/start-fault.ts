import { errorCode, Fault, normalizeError } from '../domain/faults.js';

const SPACE = 'Free some space on the disk of the data folder, or set LONGPLAY_DATA to another folder';
const RIGHTS =
  'Give the user that runs Longplay the right to write there, or set LONGPLAY_DATA to another folder';

/** A server or tool of ours that did not start: what came, what it said of itself, and what to do. */
export function startFault(name: string, came: string, said: string): Fault {
  const words = said.trim().slice(-1_500);
  return new Fault(
    'environment',
    `Expected ${name} to start, but ${came}: ${words === '' ? 'it said nothing' : words}`,
    { remedy: remedyFor(words) },
  );
}

function remedyFor(said: string): string {
  if (/no space left|free disk space|disk (is )?full|quota exceeded/i.test(said)) return SPACE;
  if (/permission denied|read-only|wrong ownership/i.test(said)) return RIGHTS;
  return 'See what it says of itself; "longplay doctor" checks the rest';
}

/** A data folder that cannot be written, in words; every other error as it came. */
export function folderFault(folder: string, error: unknown): Error {
  const code = errorCode(error) ?? '';
  const remedy = ['ENOSPC', 'EDQUOT'].includes(code) ? SPACE : RIGHTS;
  if (!['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EIO'].includes(code)) {
    return normalizeError(error);
  }
  return new Fault(
    'environment',
    `Expected to write below the data folder ${folder}: ${normalizeError(error).message}`,
    { remedy, cause: error },
  );
}
