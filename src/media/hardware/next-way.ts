import type { EncodeWay } from '../../domain/media/encode-way.js';
import type { FfmpegTrouble } from '../ffmpeg/ffmpeg-fault.js';

/** What follows from a way that has failed. */
export interface AfterTrouble {
  /** The ways that are left, the next one first; undefined: no other way helps, and the fault is the step's. */
  left: EncodeWay[] | undefined;
  /** A fault of the card, which counts towards its quarantine. */
  blamesCard: boolean;
}

const ENDS: AfterTrouble = { left: undefined, blamesCard: false };

/**
 * What is done after a trouble of the first of `ways` (media.md §5.2, §5.3). All sessions taken is waited for. A full card is
 * tried once more with less of its memory. Who cannot read a source is told by a decoder in software, so that a bad input is
 * never blamed on a card.
 */
export function afterTrouble([way, ...rest]: readonly EncodeWay[], trouble: FfmpegTrouble): AfterTrouble {
  if (way === undefined || way.encoder === 'software') return ENDS;
  switch (trouble) {
    case 'missing':
    case 'disk':
    case 'source_missing':
    case 'sessions_full':
    case 'killed':
      return ENDS;
    case 'bad_input':
      return way.decode === 'hardware' ? { left: rest, blamesCard: false } : ENDS;
    case 'vram_full':
      return {
        left: afterFullCard(way.frugal ? rest : [{ ...way, frugal: true }, ...rest]),
        blamesCard: false,
      };
    case 'failed':
      return { left: rest, blamesCard: false };
    case 'capability':
    case 'device':
    case 'silent':
    case 'crashed':
      return { left: rest, blamesCard: true };
  }
}

/** What has filled a card once fills it again. */
function afterFullCard(ways: EncodeWay[]): EncodeWay[] {
  return ways.map((way) => (way.encoder === 'software' ? way : { ...way, frugal: true }));
}
