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
    default:
      return normalizeError(error);
  }
}
