/** What each format is, in the words of release names. Video names tell codec or source instead. */
const KIND_BY_WORD = {
  m4b: 'audio',
  m4a: 'audio',
  mp3: 'audio',
  flac: 'audio',
  opus: 'audio',
  ogg: 'audio',
  aac: 'audio',
  wma: 'audio',
  wav: 'audio',
  aiff: 'audio',
  mka: 'audio',
  aax: 'audio',
  aa: 'audio',
  epub: 'text',
  mobi: 'text',
  azw3: 'text',
  azw: 'text',
  fb2: 'text',
  pdf: 'text',
  cbz: 'text',
  cbr: 'text',
  mkv: 'video',
  mp4: 'video',
  avi: 'video',
  x264: 'video',
  x265: 'video',
  h264: 'video',
  h265: 'video',
  hevc: 'video',
  bluray: 'video',
  bdrip: 'video',
  webrip: 'video',
  hdtv: 'video',
  dvdrip: 'video',
  '720p': 'video',
  '1080p': 'video',
  '2160p': 'video',
} as const;

export type ReleaseFormat = keyof typeof KIND_BY_WORD;
export const RELEASE_FORMATS = Object.keys(KIND_BY_WORD) as [ReleaseFormat, ...ReleaseFormat[]];
export type ContentKind = (typeof KIND_BY_WORD)[ReleaseFormat];

/** Audible's containers are encrypted (DRM). */
const ENCRYPTED: readonly ReleaseFormat[] = ['aax', 'aa'];

const BY_WORD: ReadonlyMap<string, ReleaseFormat> = new Map(
  RELEASE_FORMATS.map((format) => [format, format]),
);

export function parseFormat(word: string): ReleaseFormat | undefined {
  return BY_WORD.get(word);
}

export function kindOfFormat(format: ReleaseFormat): ContentKind {
  return KIND_BY_WORD[format];
}

/** True where nothing but encrypted audio is offered; "AAX converted to M4B" is not. */
export function isEncrypted(formats: readonly ReleaseFormat[]): boolean {
  const isPlayable = (format: ReleaseFormat): boolean =>
    KIND_BY_WORD[format] === 'audio' && !ENCRYPTED.includes(format);
  return formats.some((format) => ENCRYPTED.includes(format)) && !formats.some(isPlayable);
}
