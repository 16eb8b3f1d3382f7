import type { VideoStream } from './source.js';

/** How many pictures idet takes for interlaced, by which field comes first, and how many for whole ones. */
export interface FieldCount {
  top: number;
  bottom: number;
  progressive: number;
}

/** Most pictures are of one kind, hardly any have their fields in the other order: a moving pattern alone has both. */
const MOST = 0.7;
const HARDLY = 0.1;
/** Fewer say nothing: a second of a moving pattern has its fields in one order by chance, and a title has none that differ. */
const ENOUGH = 75;

/** What the pictures show, whatever the header says; unknown: nothing clear. */
export function judgeFields(fields: FieldCount): VideoStream['scan'] {
  const all = countFields(fields);
  if (all < ENOUGH) return 'unknown';
  const [more, fewer] = [Math.max(fields.top, fields.bottom), Math.min(fields.top, fields.bottom)];
  if (more >= all * MOST && fewer <= all * HARDLY) return 'interlaced';
  return fields.progressive >= all * MOST ? 'progressive' : 'unknown';
}

export function countFields({ top, bottom, progressive }: FieldCount): number {
  return top + bottom + progressive;
}

/** Nobody films so in lines, or could say so with this codec. */
const NEVER = ['hevc', 'vp8', 'vp9', 'av1'];
const MOST_LINES = 1_088;

/** Whether to look: a header that says nothing, or says the wrong thing, is common below these. */
export function mayBeInterlaced({ codec, width, height }: VideoStream): boolean {
  return !NEVER.includes(codec) && Math.min(width, height) <= MOST_LINES;
}
