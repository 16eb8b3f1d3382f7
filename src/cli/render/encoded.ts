import { formatBytes } from '../../domain/jobs/amounts.js';
import type { EncodedFile } from '../direct/media/encode-file.js';

/** What has come of an encode of plain files, by the names that they were given. */
export function encodedLines(
  made: EncodedFile,
  { source, target }: { source: string; target: string },
): string[] {
  return [
    sayOutcome(made, { source, target }),
    ...made.reasons.map((reason) => `  Because ${reason}`),
    ...made.dropped.map(({ index, what, why }) => `  Without stream ${index}, ${what}: ${why}`),
    ...made.notes.map((note) => `  ${note}`),
  ];
}

function sayOutcome(
  { outcome, action, sizeBytes, sourceBytes }: EncodedFile,
  { source, target }: { source: string; target: string },
): string {
  switch (outcome) {
    case 'nothing':
      return `Nothing to do: browsers play ${source} as it is; ${target} was not written`;
    case 'kept_original':
      return `Nothing to do: an encode is no smaller than ${source}, which browsers play; ${target} was not written`;
    case 'done':
      return `Made ${target} (${action}): ${formatBytes(sizeBytes)} of ${formatBytes(sourceBytes)}`;
  }
}
