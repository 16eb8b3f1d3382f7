import { Fault } from '../../domain/faults.js';

const SAID_CHARACTERS = 500;

/** What a failed run means, by FFmpeg's own words; they are the same from FFmpeg 4 on. */
export function ffmpegFault(error: Error, stderr: string): Fault {
  if (/exited with code 12[67]\b|Cannot find ffmpeg/.test(error.message)) return ffmpegMissing(error);
  const said = `${error.message.slice(0, 200)} ${stderr.slice(-SAID_CHARACTERS)}`.trim();
  return environmentFault(said, error) ?? contentFault(said, error);
}

export function ffmpegMissing(cause: unknown): Fault {
  return new Fault('environment', 'FFmpeg was expected on this host and is not there, or may not be run', {
    waitingReason: 'human_task',
    remedy: 'Install the package ffmpeg, or set FFMPEG_PATH',
    cause,
  });
}

/** Trouble of the host that a media tool names in its stderr; undefined where it names none. */
export function environmentFault(said: string, cause?: unknown): Fault | undefined {
  if (/No space left on device|Disk quota exceeded/i.test(said)) {
    const remedy = 'Make room; the job goes on by itself';
    return new Fault('environment', 'The disk is full', { waitingReason: 'disk_full', remedy, cause });
  }
  if (/Permission denied|Read-only file system|Input\/output error|Stale file handle/i.test(said)) {
    return new Fault('environment', `A file cannot be used: ${lastLine(said)}`, {
      waitingReason: 'mount_gone',
      remedy: 'Check that the disk is mounted, and that Longplay may read and write there',
      cause,
    });
  }
  return undefined;
}

function contentFault(said: string, cause: Error): Fault {
  const broken = /Invalid data found when processing input|moov atom not found/i.test(said);
  return new Fault(broken ? 'bad_input' : 'transient', `FFmpeg was expected to finish, it failed: ${said}`, {
    cause,
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
