import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The yardstick: FFmpeg by itself, as politely as Longplay's (program.ts), with nothing that looks at what it made. */
export async function plainFfmpeg(args: readonly string[]): Promise<void> {
  const always = ['-nostdin', '-hide_banner', '-v', 'error', '-nostats', '-y'];
  await run('nice', ['-n', '10', 'ffmpeg', ...always, ...args]);
}
