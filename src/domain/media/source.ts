/** A fraction as FFmpeg writes it: 30000/1001 frames a second, 16/11 of a pixel. Never a float: equality decides. */
export interface Ratio {
  num: number;
  den: number;
}

/**
 * What is known of one video file before anything is decided: plain data, small enough for a history. Numbers that a
 * file does not tell are null, never a guess.
 */
export interface MediaSource {
  /** ffprobe's names of the container, comma-separated: `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  sizeBytes: number;
  duration: SourceDuration;
  /** Where the container's time line begins, seconds; all other times count from here. */
  startSeconds: number;
  /** Bits per second of the whole. */
  bitRate: number | null;
  /** The picture that plays; null for sound alone. Cover art is in `others`. */
  video: VideoStream | null;
  audio: AudioStream[];
  subtitles: SubtitleStream[];
  /** What is no picture that plays, no sound and no subtitle. */
  others: OtherStream[];
  chapters: number;
  /** MP4: the index stands before the data, so that a browser can begin at once; null for other containers. */
  fastStart: boolean | null;
}

/** Seconds; the three places that tell a length, which need not agree (media.md §3.3). */
export interface SourceDuration {
  container: number | null;
  video: number | null;
  /** End of the last packet of the picture that can really be read. */
  lastVideoPacket: number | null;
  /** End of the last packet of any stream that can really be read. */
  lastPacket: number | null;
}

export interface VideoStream {
  index: number;
  codec: string;
  /** `High`, `Main 10`, …; null where ffprobe does not tell. */
  profile: string | null;
  /** As coded: before the pixel aspect and the rotation. */
  width: number;
  height: number;
  pixelAspect: Ratio;
  /** Degrees clockwise that a player turns the picture by. */
  rotation: 0 | 90 | 180 | 270;
  pixelFormat: string;
  bitDepth: number;
  chroma: '4:0:0' | '4:2:0' | '4:2:2' | '4:4:4' | 'rgb';
  scan: 'progressive' | 'interlaced' | 'unknown';
  /** The least rate that can tell all its times, and the mean one; they differ where the rate varies. */
  frameRate: Ratio;
  meanFrameRate: Ratio;
  color: ColorTags;
  dynamicRange: DynamicRange;
  startSeconds: number;
  /** Pictures, where the container's index tells their number. */
  frames: number | null;
  bitRate: number | null;
  language: string | null;
  title: string | null;
}

/** FFmpeg's words; null: not told, or a value that FFmpeg calls reserved (media.md §7 no. 38). */
export interface ColorTags {
  range: 'tv' | 'pc' | null;
  primaries: string | null;
  transfer: string | null;
  space: string | null;
  /** Names of these that hold a value which FFmpeg calls reserved; left out where none does. */
  reserved?: string[];
}

/** `dolby5`: Dolby Vision without a base layer that anything else can show. */
export type DynamicRange = 'sdr' | 'pq' | 'hlg' | 'dolby5';

export interface AudioStream {
  index: number;
  codec: string;
  channels: number;
  sampleRate: number | null;
  bitRate: number | null;
  /** ISO 639-2; null: not told, or `und`. */
  language: string | null;
  title: string | null;
  isDefault: boolean;
  startSeconds: number;
}

export interface SubtitleStream {
  index: number;
  codec: string;
  kind: 'text' | 'picture';
  language: string | null;
  title: string | null;
  isDefault: boolean;
  isForced: boolean;
}

export interface OtherStream {
  index: number;
  kind: 'cover' | 'video' | 'data' | 'attachment';
  codec: string;
}
