import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { lifelineScript } from '../../lifeline.js';

/**
 * fluent-ffmpeg starts FFmpeg itself and takes only a program's path, so the lifeline is put into a small
 * program of that name (docs/decisions/fluent-ffmpeg.md). Returns its path.
 */
export function writeFfmpegProgram({
  ffmpegPath,
  folder,
  niceness = 10,
}: {
  ffmpegPath: string;
  folder: string;
  niceness?: number | undefined;
}): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'ffmpeg');
  const staged = `${file}.${process.pid}`;
  writeFileSync(staged, lifelineScript(['nice', '-n', String(niceness), ffmpegPath]), { mode: 0o755 });
  chmodSync(staged, 0o755);
  renameSync(staged, file);
  return file;
}
