import { countFields, type FieldCount } from '../../domain/media/fields.js';
import type { DecodeFigures } from '../../domain/media/inspect-decoded.js';

/**
 * Reads what idet and vfrdet say at the end. FFmpeg 9 says all of it twice, first of nothing; a picture whose size changes
 * in the middle is counted anew.
 */
export function readDecodeFigures(said: string): DecodeFigures {
  const fields = readFieldCount(said);
  return { fields: countFields(fields) > 0 ? fields : null, spacing: readSpacing(said) };
}

export function readFieldCount(said: string): FieldCount {
  const fields = { top: 0, bottom: 0, progressive: 0 };
  const multi = /Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+)/g;
  for (const [, top, bottom, progressive] of said.matchAll(multi)) {
    fields.top += Number(top);
    fields.bottom += Number(bottom);
    fields.progressive += Number(progressive);
  }
  return fields;
}

/** Containers that round times to milliseconds have two steps that differ by one: they are even all the same. */
const EVEN = 1.5;

function readSpacing(said: string): DecodeFigures['spacing'] {
  const spacing = { uneven: 0, of: 0 };
  const told = /\bVFR:\S+ \((\d+)\/(\d+)\)(?: min: (\d+) max: (\d+))?/g;
  for (const [, uneven, even, least, most] of said.matchAll(told)) {
    spacing.of += Number(uneven) + Number(even);
    if (Number(most ?? 0) > Number(least ?? 0) * EVEN) spacing.uneven += Number(uneven);
  }
  return spacing.of === 0 ? null : spacing;
}
