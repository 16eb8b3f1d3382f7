import { errorCode, Fault, normalizeError } from '../../domain/faults.js';

/** Disk, mount and permission trouble as environment faults; everything else as it came. */
export function diskFault(error: unknown): Error {
  switch (errorCode(error) ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Fault('environment', 'The disk is full', {
        waitingReason: 'disk_full',
        remedy: 'Make room; the job goes on by itself',
        cause: error,
      });
    case 'EIO':
    case 'EROFS':
    case 'ESTALE':
    case 'ENOTCONN':
    case 'ENODEV':
    case 'ENXIO':
      return new Fault('environment', `The folder cannot be used: ${normalizeError(error).message}`, {
        waitingReason: 'mount_gone',
        remedy: 'Check that the disk is mounted and writable',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new Fault('environment', `Longplay may not use a file: ${normalizeError(error).message}`, {
        waitingReason: 'mount_gone',
        remedy: 'Give the user that runs Longplay the right to read and write there',
        cause: error,
      });
    case 'EBUSY':
    case 'ETXTBSY':
      return new Fault('environment', `A file is in use: ${normalizeError(error).message}`, {
        waitingReason: 'source_busy',
        remedy: 'End the program that uses it; the job goes on by itself',
        cause: error,
      });
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new Fault('bad_input', `The path cannot be used: ${normalizeError(error).message}`, {
        remedy: 'Move away what stands in its way, or change the path template',
        cause: error,
      });
    default:
      return normalizeError(error);
  }
}

/** A root that is not there is a mount that is gone: nobody makes it anew on the disk below (acquisition.md §8 no. 36). */
export function rootGone(name: string, cause: unknown): Fault {
  return new Fault('environment', `Expected the folder of the root "${name}", it is not there`, {
    waitingReason: 'mount_gone',
    remedy: 'Mount its disk, or make the folder',
    cause,
  });
}
