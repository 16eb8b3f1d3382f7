import { Fault } from '../../../domain/faults.js';

/** What differs between versions of the Web API (acquisition.md §2.3). */
export interface Dialect {
  /** A 5.x server ignores `paused` and starts; a 4.x one ignores `stopped`. */
  addedStopped: 'paused' | 'stopped';
  stop: 'torrents/pause' | 'torrents/stop';
  start: 'torrents/resume' | 'torrents/start';
}

const LEAST = [2, 8];

/** @throws Fault bad_input for an older one than Longplay knows, naming both */
export function dialectOf(apiVersion: string): Dialect {
  if (!isAtLeast(apiVersion, LEAST)) {
    throw new Fault(
      'bad_input',
      `Expected qBittorrent's Web API ${LEAST.join('.')} or later, got ${apiVersion}`,
      {
        remedy: 'Update qBittorrent to 4.3 or later',
      },
    );
  }
  return isAtLeast(apiVersion, [2, 11])
    ? { addedStopped: 'stopped', stop: 'torrents/stop', start: 'torrents/start' }
    : { addedStopped: 'paused', stop: 'torrents/pause', start: 'torrents/resume' };
}

function isAtLeast(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [gotMajor = 0, gotMinor = 0] = version.trim().split('.').map(Number);
  return gotMajor > major || (gotMajor === major && gotMinor >= minor);
}
