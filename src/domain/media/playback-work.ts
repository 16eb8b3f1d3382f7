import type { LogicalPath } from '../logical-path.js';
import type { DecodedSource } from './encode-chain.js';
import type { Encoder, Encoding } from './encode-way.js';
import type { PlaybackPlan } from './playback-plan.js';
import type { SegmentGrid } from './segments.js';
import type { Ratio } from './source.js';

/** By these a source is the same file still: whoever writes to it changes one of them. */
export interface SourceIdentity {
  sizeBytes: number;
  modifiedMs: number;
  headTailHash: string;
}

/** All that the steps of an encode need; small enough for a history. */
export interface PlaybackWork {
  videoId: string;
  source: LogicalPath;
  identity: SourceIdentity;
  /** Of the picture. */
  sourceRate: Ratio;
  /** Browsers play the source, and show it well; it is encoded to be smaller, and kept where that fails (media.md V10). */
  isPlayable: boolean;
  plan: PlaybackPlan;
  /** How the wish and the rules behind the plan are told from others; see `outcomes`. */
  profile: string;
  /** Who is to encode it, and what decides who decodes it; absent in jobs that were planned before cards were used. */
  chain?: { wish: 'auto' | Encoder; source: DecodedSource };
  /** Absent: in one piece. */
  grid?: SegmentGrid;
  output: LogicalPath;
}

export type PlaybackOutcome = 'done' | 'nothing' | 'kept_original';

/** What has come of a video's playback file. */
export interface PlaybackResult {
  outcome: PlaybackOutcome;
  /** True: an earlier job had the same to do, and nothing was done again. */
  remembered: boolean;
  action: PlaybackPlan['decision']['action'];
  reasons: string[];
  /** The file to play; the source itself where nothing was to be done. */
  path: LogicalPath;
  videoId: string;
  sizeBytes: number;
  sourceBytes: number;
  dropped: PlaybackPlan['dropped'];
  notes: string[];
  /** Absent where no picture was encoded. */
  encoding?: Encoding;
}
