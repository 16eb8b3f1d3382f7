import type { Finding } from './findings.js';

/** How deep a validation looks: the header; every packet too; every picture and sound decoded too (media.md §3.3). */
export const VALIDATION_LEVELS = ['quick', 'packets', 'thorough'] as const;
export type ValidationLevel = (typeof VALIDATION_LEVELS)[number];

/** `outdated`: the file has changed since it was validated. */
export const VERDICTS = ['valid', 'invalid', 'outdated'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface ValidationWish {
  videoId: string;
  level: ValidationLevel;
}

/** What was read of the file; null: the level did not ask for it, or there was nothing to read. */
export interface WasRead {
  bytes: number;
  /** Packets of all streams. */
  packets: number | null;
  /** Pictures that were decoded. */
  pictures: number | null;
  /** Length that was decoded, seconds. */
  decodedSeconds: number | null;
}

/** An invalid video is a finished validation: the job has done its work. */
export interface ValidationResult {
  verdict: Exclude<Verdict, 'outdated'>;
  level: ValidationLevel;
  path: string;
  /** How long the picture plays, by what was read; null where nobody can tell. */
  durationSeconds: number | null;
  read: WasRead;
  findings: Finding[];
}

export function readsPackets(level: ValidationLevel): boolean {
  return level !== 'quick';
}

export function decodes(level: ValidationLevel): boolean {
  return level === 'thorough';
}
