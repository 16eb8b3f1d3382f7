import { Fault } from '../domain/faults.js';
import { parseJson } from '../domain/parse-json.js';
import { spawnWithLifeline, type LifelineChild } from '../lifeline.js';
import { environmentFault } from './ffmpeg/ffmpeg-fault.js';
import { guardedInput } from './formats.js';

/** Asks ffprobe about one media file; gives its JSON as it came. */
export type AskFfprobe = (
  hostPath: string,
  questions: readonly string[],
  signal: AbortSignal,
) => Promise<unknown>;

export interface FfprobeOptions {
  ffprobePath: string;
  timeoutMs?: number;
}

const OPTIONS = ['-v', 'error', '-of', 'json'] as const;
const TIMEOUT_MS = 60_000;
/** An hour-long book with a thousand chapters tells 300 kB. */
const MAX_OUTPUT_CHARACTERS = 16_000_000;

/**
 * @throws the signal's reason after an abort; Fault release_fault for what is no readable media file,
 * gone for a missing file, transient after `timeoutMs`, environment for a missing ffprobe or an unreadable disk.
 */
export function createAskFfprobe({ ffprobePath, timeoutMs = TIMEOUT_MS }: FfprobeOptions): AskFfprobe {
  return async (hostPath, questions, signal) => {
    signal.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    const child = startFfprobe(ffprobePath, { hostPath, options: [...OPTIONS, ...questions] });
    const { code, text } = await readAll(child, AbortSignal.any([signal, timeout]));
    signal.throwIfAborted();
    if (timeout.aborted) throw new Fault('transient', `ffprobe did not end within ${timeoutMs} ms`);
    // It was ended by us for that, which is nobody's kill.
    if (text.length > MAX_OUTPUT_CHARACTERS) throw notMedia(hostPath, 'it tells more than any media file');
    if (code !== 0) throw probeFault({ hostPath, code, stderr: child.stderrTail() });
    return parseJson(text);
  };
}

/** Whatever is asked, only files are opened, and only media. */
export function startFfprobe(
  ffprobePath: string,
  {
    hostPath,
    options,
    onStderr,
  }: { hostPath: string; options: readonly string[]; onStderr?: (text: string) => void },
): LifelineChild {
  return spawnWithLifeline({
    ...{ name: 'ffprobe', command: ffprobePath, nice: 10, stdout: 'pipe' },
    args: [...guardedInput(), ...options, `file:${hostPath}`],
    ...(onStderr === undefined ? {} : { onStderr }),
  });
}

async function readAll(
  child: LifelineChild,
  signal: AbortSignal,
): Promise<{ code: number | null; text: string }> {
  const stop = (): void => void child.stop();
  signal.addEventListener('abort', stop, { once: true });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (text.length > MAX_OUTPUT_CHARACTERS) stop();
  });
  const { code } = await child.exited;
  signal.removeEventListener('abort', stop);
  return { code, text };
}

function probeFault(failed: { hostPath: string; code: number | null; stderr: string }): Fault {
  const { hostPath, stderr } = failed;
  return outsideFault(failed) ?? environmentFault(stderr) ?? notMedia(hostPath, stderr.trim());
}

/** What is no trouble of the file's content: there is no ffprobe, it was killed, or there is no such file. */
export function outsideFault(failed: {
  hostPath: string;
  code: number | null;
  stderr: string;
}): Fault | undefined {
  const { hostPath, code, stderr } = failed;
  if (code === null) {
    return new Fault('transient', `ffprobe was killed while it read ${nameOf(hostPath)}`, {
      remedy: 'Often the host has run out of memory',
    });
  }
  // What a shell says of a command that is not there, or may not be run.
  if (code === 127 || code === 126) {
    return new Fault('environment', 'ffprobe was expected on this host and is not there', {
      waitingReason: 'human_task',
      remedy: 'Install the package ffmpeg, or set FFPROBE_PATH',
    });
  }
  if (stderr.includes('No such file or directory')) {
    return new Fault('gone', `Expected the file ${nameOf(hostPath)}, it is not there any more`);
  }
  return undefined;
}

export function notMedia(hostPath: string, why: string): Fault {
  return new Fault(
    'release_fault',
    `Expected a media file, but ffprobe cannot read ${nameOf(hostPath)}: ${why.slice(-300)}`,
  );
}

function nameOf(hostPath: string): string {
  return hostPath.slice(hostPath.lastIndexOf('/') + 1);
}
