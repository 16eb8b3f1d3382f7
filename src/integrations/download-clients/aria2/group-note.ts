/**
 * A free text that means nothing for plain HTTP, stands in the session file, and can be changed while a file is paused
 * (measured with 1.36): aria2 has no tags, and the rest of a direct item is in no other place that a call can ask.
 */
export const NOTE_OPTION = 'metalink-version';

export interface GroupNote {
  /** How many files belong together. */
  files: number;
  /** Their sum, where the source told every size. */
  totalBytes: number | undefined;
  /** This file is paused because it is not its turn yet, not because somebody paused it. */
  waits: boolean;
}

export function writeNote({ files, totalBytes, waits }: GroupNote): string {
  return `longplay ${files} ${totalBytes ?? '?'} ${waits ? 'waits' : 'open'}`;
}

export function parseNote(text = ''): GroupNote | undefined {
  const [, files, total, turn] = /^longplay (\d+) (\d+|\?) (waits|open)$/.exec(text) ?? [];
  if (files === undefined) return undefined;
  return {
    files: Number(files),
    totalBytes: total === '?' ? undefined : Number(total),
    waits: turn === 'waits',
  };
}
