/** Where a copy comes from, the poorest first. */
export const VIDEO_SOURCES = [
  'cam',
  'telesync',
  'screener',
  'dvd',
  'hdtv',
  'webrip',
  'web-dl',
  'bluray',
  'remux',
] as const;
export type VideoSource = (typeof VIDEO_SOURCES)[number];

export const VIDEO_RESOLUTIONS = ['480p', '576p', '720p', '1080p', '2160p'] as const;
export type VideoResolution = (typeof VIDEO_RESOLUTIONS)[number];

export const VIDEO_CODECS = ['mpeg2', 'xvid', 'h264', 'h265', 'vp9', 'av1'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

export interface VideoQuality {
  source?: VideoSource;
  resolution?: VideoResolution;
}

/** Which qualities are wished, as data. */
export interface QualityProfile {
  id: string;
  name: string;
  /** Best first; those of one place are equal. What is not named comes behind all. */
  places: readonly (readonly VideoQuality[])[];
}

const of = (resolution: VideoResolution, ...sources: VideoSource[]): VideoQuality[] =>
  sources.map((source) => ({ source, resolution }));

/**
 * More lines before a better source, since a screen shows those first; among equal lines, the fewer times it was
 * encoded the better. Copies made in a cinema stand at the end, behind what tells nothing.
 */
export const DEFAULT_QUALITY_PROFILE: QualityProfile = {
  id: 'default',
  name: 'Best picture',
  places: [
    of('2160p', 'remux'),
    of('2160p', 'bluray'),
    of('2160p', 'web-dl'),
    of('2160p', 'webrip'),
    of('2160p', 'hdtv'),
    of('1080p', 'remux'),
    of('1080p', 'bluray'),
    of('1080p', 'web-dl'),
    of('1080p', 'webrip'),
    of('1080p', 'hdtv'),
    of('720p', 'bluray'),
    of('720p', 'web-dl', 'webrip'),
    of('720p', 'hdtv'),
    of('576p', 'bluray', 'dvd'),
    of('480p', 'bluray', 'web-dl', 'webrip'),
    of('480p', 'dvd'),
    of('480p', 'hdtv'),
    [{}],
    [{ source: 'screener' }],
    [{ source: 'telesync' }],
    [{ source: 'cam' }],
  ],
};

/** The place of a quality, 0 for the best. One of which half is told takes the best place that fits that half. */
export function qualityPlace({ places }: QualityProfile, quality: VideoQuality): number {
  const exact = places.findIndex((place) => place.some((one) => isSame(one, quality)));
  if (exact !== -1) return exact;
  const fitting = places.findLastIndex((place) => place.some((one) => isPartOf(quality, one)));
  if (fitting !== -1) return fitting;
  const bySource = places.findIndex((place) => place.some((one) => isSame(one, onlySource(quality))));
  return bySource === -1 ? places.length : bySource;
}

function isSame(one: VideoQuality, other: VideoQuality): boolean {
  return one.source === other.source && one.resolution === other.resolution;
}

/** What is told of a quality agrees with another, and something is told. */
function isPartOf({ source, resolution }: VideoQuality, other: VideoQuality): boolean {
  if (source === undefined && resolution === undefined) return false;
  const agrees = (told: string | undefined, whole: string | undefined): boolean =>
    told === undefined || told === whole;
  return agrees(source, other.source) && agrees(resolution, other.resolution);
}

/** A cinema's copy is one, whatever lines it was blown up to. */
function onlySource({ source }: VideoQuality): VideoQuality {
  return source === undefined ? {} : { source };
}

/**
 * kbit/s outside which a file is not what its name says: below, a picture of these lines falls apart; above, discs
 * and broadcasts end (a Blu-ray carries 48 Mbit/s, an Ultra HD one 128).
 */
const KBPS: Readonly<Record<VideoResolution | 'unknown', { lowest: number; highest: number }>> = {
  '480p': { lowest: 250, highest: 10_000 },
  '576p': { lowest: 300, highest: 12_000 },
  '720p': { lowest: 500, highest: 25_000 },
  '1080p': { lowest: 900, highest: 50_000 },
  '2160p': { lowest: 2_500, highest: 130_000 },
  unknown: { lowest: 150, highest: 130_000 },
};

/** An untouched disc holds no less than this. */
const LOWEST_REMUX_KBPS: Partial<Record<VideoResolution, number>> = { '1080p': 8_000, '2160p': 20_000 };

export function videoLimits({ source, resolution }: VideoQuality): { lowest: number; highest: number } {
  const { lowest, highest } = KBPS[resolution ?? 'unknown'];
  const remux = source === 'remux' && resolution !== undefined ? LOWEST_REMUX_KBPS[resolution] : undefined;
  return { lowest: remux ?? lowest, highest };
}
