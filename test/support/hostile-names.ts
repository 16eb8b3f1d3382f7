/** Names that a shell, FFmpeg's options and protocols, patterns or a row would trip over (media.md §8). */
export const HOSTILE_NAMES = [
  'x:y.mp4',
  '-dash.mp4',
  "it's.mp4",
  '%d.mp4',
  '$(touch x).mp4',
  'a\nb.mp4',
  `${'x'.repeat(251)}.mp4`,
  'e\u0301.mp4',
  '\u00E9.mp4',
  'back\\slash.mp4',
  '\u{1F600}.mp4',
] as const;
