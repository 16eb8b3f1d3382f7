/** How a playback file is wanted; the params of `reencode_streaming` without what names the source (media.md §1.3). */
export interface PlaybackWish {
  /** kbit/s that `maxrate` is set to; `auto`: by the ladder. */
  targetBitrate: number | 'auto';
  preset: X264Preset;
  crf: number;
  /** Of the short side, pixels. */
  maxHeight: number;
  maxFps: number;
  /** ISO 639-2; empty: the default track, and one of each other language. */
  audioLanguages: string[];
  subtitles: 'keep' | 'drop';
  hdr: 'tonemap' | 'refuse';
}

export const X264_PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;
export type X264Preset = (typeof X264_PRESETS)[number];
