import { Fault, type FaultDetails, type FaultKind } from '../../domain/faults.js';
import { isErrorLine } from './said.js';

/** What went wrong with an FFmpeg, as far as anything follows from it (media.md §2). */
export type FfmpegTrouble =
  | 'missing'
  | 'disk'
  | 'source_missing'
  | 'bad_input'
  /** An encoder, a device or a driver that is not there. */
  | 'capability'
  /** All encoder sessions of the card are taken: wait, never step down. */
  | 'sessions_full'
  | 'vram_full'
  /** A card or its driver that was there and gave up in the middle of its work. */
  | 'device'
  | 'silent'
  /** By a signal of its own fault: a driver that crashes takes FFmpeg with it. */
  | 'crashed'
  /** By a signal that nobody of ours has sent. */
  | 'killed'
  | 'failed';

export class FfmpegFault extends Fault {
  readonly trouble: FfmpegTrouble;

  constructor(trouble: FfmpegTrouble, kind: FaultKind, message: string, details: FaultDetails = {}) {
    super(kind, message, details);
    this.trouble = trouble;
  }
}

const SAID_CHARACTERS = 500;

/** What a failed run means, by FFmpeg's own words; they are the same from FFmpeg 4 on, its exit codes are not. */
export function ffmpegFault(error: Error, stderr: string): Fault {
  if (/exited with code 12[67]\b|Cannot find ffmpeg/.test(error.message)) return ffmpegMissing(error);
  const said = `${error.message.slice(0, 200)} ${stderr.slice(-SAID_CHARACTERS)}`.trim();
  return (
    deviceFault(`${said} ${stderr}`, error) ?? environmentFault(said, error) ?? contentFault(said, error)
  );
}

export function ffmpegMissing(cause: unknown): Fault {
  const message = 'FFmpeg was expected on this host and is not there, or may not be run';
  const remedy = 'Install the package ffmpeg, or set FFMPEG_PATH';
  return new FfmpegFault('missing', 'environment', message, { waitingReason: 'human_task', remedy, cause });
}

/** FFmpeg showed no sign of life and was ended (watchdog.ts). */
export function silentFault(words: string): Fault {
  return new FfmpegFault('silent', 'transient', `FFmpeg hung and was ended: ${words}`);
}

/** The first words win: a card that is full also says that its encoder could not be opened. */
function deviceFault(said: string, cause: Error): Fault | undefined {
  if (/OpenEncodeSessionEx failed: (out of memory|incompatible client key)/i.test(said)) {
    const message = "All encoder sessions of the host's card are in use";
    return new FfmpegFault('sessions_full', 'environment', message, {
      waitingReason: 'encoder_sessions',
      cause,
    });
  }
  if (/CUDA_ERROR_OUT_OF_MEMORY|VK_ERROR_OUT_OF_DEVICE_MEMORY|Failed to allocate VASurface/i.test(said)) {
    return new FfmpegFault('vram_full', 'transient', "The memory of the host's card is full", { cause });
  }
  const absent = lineWith(ABSENT, said);
  if (absent !== undefined)
    return new FfmpegFault('capability', 'transient', `This host cannot encode so: ${absent}`, { cause });
  const failed = lineWith(GAVE_UP, said);
  if (failed === undefined) return undefined;
  return new FfmpegFault('device', 'transient', `The host's card gave up: ${failed}`, { cause });
}

const ABSENT =
  /Unknown encoder|Encoder .* not found|Cannot load (libcuda|nvcuda|libnvidia)|No capable devices found|OpenEncodeSessionEx failed: (no encode device|unsupported device|device does not exist)|MFX session|No device available for|Device creation failed|Failed to initialise VAAPI|No VA display found|CUDA_ERROR_(NO_DEVICE|INVALID_DEVICE|SYSTEM_DRIVER_MISMATCH)|Driver does not support the required nvenc API/i;
const GAVE_UP =
  /CUDA_ERROR_|(EncodePicture|LockBitstream|RegisterResource|MapInputResource) failed|Failed to (end picture|sync surface|issue encode|upload (frame|surface))|GPU hang|device (lost|failed) \(/i;

function lineWith(pattern: RegExp, said: string): string | undefined {
  return said
    .split('\n')
    .find((text) => pattern.test(text))
    ?.trim()
    .slice(-200);
}

const DISK_FULL = /No space left on device|Disk quota exceeded/i;

function diskFull(cause?: unknown): Fault {
  return new FfmpegFault('disk', 'environment', 'The disk is full', {
    waitingReason: 'disk_full',
    remedy: 'Make room; the job goes on by itself',
    cause,
  });
}

/**
 * FFmpeg 5 answers 0 where the disk fills with its last bytes (media.md §7 no. 44). Only what it calls an error counts:
 * a film may have any name and title.
 */
export function diskFullFault(said: string): Fault | undefined {
  return said.split('\n').some((line) => isErrorLine(line) && DISK_FULL.test(line)) ? diskFull() : undefined;
}

/** Trouble of the host that a media tool names in its stderr; undefined where it names none. */
export function environmentFault(said: string, cause?: unknown): Fault | undefined {
  if (DISK_FULL.test(said)) return diskFull(cause);
  if (/Permission denied|Read-only file system|Input\/output error|Stale file handle/i.test(said)) {
    return new FfmpegFault('disk', 'environment', `A file cannot be used: ${lastLine(said)}`, {
      waitingReason: 'mount_gone',
      remedy: 'Check that the disk is mounted, and that Longplay may read and write there',
      cause,
    });
  }
  return undefined;
}

function contentFault(said: string, cause: Error): Fault {
  const message = `FFmpeg was expected to finish, it failed: ${said}`;
  if (/Invalid data found when processing input|moov atom not found/i.test(said))
    return new FfmpegFault('bad_input', 'bad_input', message, { cause });
  if (/was killed with signal SIG(SEGV|BUS|ILL|FPE|ABRT)\b/.test(cause.message))
    return new FfmpegFault('crashed', 'transient', message, { cause });
  if (cause.message.includes('was killed with signal'))
    return new FfmpegFault('killed', 'transient', message, {
      cause,
      remedy: 'Often the host has run out of memory',
    });
  if (said.includes('No such file or directory'))
    return new FfmpegFault('source_missing', 'transient', message, { cause });
  return new FfmpegFault('failed', 'transient', message, { cause });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
