import { foldTitle } from './normalize-title.js';
import { parseVideoTitle } from './parse-video-title.js';
import type { VideoSource } from './video-quality.js';

const SOURCES: Readonly<Record<VideoSource, string>> = {
  cam: 'CAM',
  telesync: 'TS',
  screener: 'SCR',
  dvd: 'DVD',
  hdtv: 'HDTV',
  webrip: 'WEBRip',
  'web-dl': 'WEB-DL',
  bluray: 'BluRay',
  remux: 'Remux',
};

/** "1080p WEB-DL", as far as a release's name tells it. */
export function qualityOf(releaseTitle: string): string | undefined {
  const { resolution, source } = parseVideoTitle(foldTitle(releaseTitle), (text) => text);
  const told = [resolution, source === undefined ? undefined : SOURCES[source]].filter(
    (word) => word !== undefined,
  );
  return told.length === 0 ? undefined : told.join(' ');
}
