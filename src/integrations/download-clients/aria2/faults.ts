import type { DownloadItem } from '../../../domain/acquisition/download.js';
import type { Aria2Status } from './status.js';

export type ItemFault = NonNullable<DownloadItem['fault']>;

/** Numbers of aria2 that something hangs on (acquisition.md §2.7). */
export const ERROR = {
  fullDisk: '9',
  alreadyRegistered: '12',
  fileExists: '13',
  refusedUser: '24',
  checksum: '32',
} as const;

const RELEASE_CODES = new Set(['20', '25', '26', '27']);
const SOURCE_CODES = new Set(['3', '4', '22', ERROR.refusedUser, ERROR.checksum]);
const UNKNOWN_CODES = new Set(['1', '7', '8', '10', '28', '30']);

/** Connections come as code 1, and so does what an empty control file causes, which the next add takes away. */
const SURROUNDINGS = /connect|connection|timed? ?out|network|resolv|name resolution|segment file|aborted/i;

/**
 * Only a code that says so blames the release; disk, network, duplicates and the unknown never do. What a direct
 * source says of its file is said of the release, which has no other source; but a refused user says nothing of it: it
 * was let in before, and its password may be another by now.
 */
export function faultOf(
  status: Aria2Status,
  { direct, hasUser = false }: { direct: boolean; hasUser?: boolean },
): ItemFault | undefined {
  if (status.status !== 'error') return undefined;
  const { errorCode = '1', errorMessage = '' } = status;
  const told = errorMessage === '' ? (WORDS[errorCode] ?? `aria2 error ${errorCode}`) : errorMessage;
  return {
    blame:
      hasUser && errorCode === ERROR.refusedUser
        ? 'environment'
        : blameOf({ errorCode, errorMessage, direct }),
    code: errorCode === ERROR.fullDisk ? 'disk_full' : errorCode,
    message: told.slice(0, 500),
  };
}

/** aria2 leaves these without a message. */
const WORDS: Record<string, string> = {
  '7': 'It was cut off before it had ended',
  [ERROR.alreadyRegistered]: 'The same torrent is in aria2 already',
  [ERROR.checksum]: 'The checksum of the file is another than the source says',
};

function blameOf(error: { errorCode: string; errorMessage: string; direct: boolean }): ItemFault['blame'] {
  const { errorCode, errorMessage, direct } = error;
  if (RELEASE_CODES.has(errorCode)) return 'release';
  if (SOURCE_CODES.has(errorCode)) return direct ? blameOfAnswer(errorMessage) : 'source';
  if (!UNKNOWN_CODES.has(errorCode)) return 'environment';
  return SURROUNDINGS.test(errorMessage) ? 'environment' : 'unknown';
}

/** Asked too fast, too early or too long, or asked with a HEAD that it does not know: none says that the file is bad. */
const PASSING = new Set([405, 408, 421, 425, 429]);

/** An HTTP status as aria2 tells it; without one it is a missing file or a wrong checksum. */
function blameOfAnswer(message: string): ItemFault['blame'] {
  const status = httpStatusOf(message);
  return status === undefined || (status < 500 && !PASSING.has(status)) ? 'release' : 'environment';
}

/** aria2 tells a server's no in words only. */
export function httpStatusOf(message: string): number | undefined {
  const digits = /\bstatus=(\d{3})\b/.exec(message)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
