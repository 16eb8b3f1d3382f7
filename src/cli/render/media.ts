import { formatBytes, formatDuration } from '../../domain/jobs/amounts.js';
import type { Video, VideoDetail, VideoVersion } from '../media-answers.js';
import { formatPairs, formatTable } from './table.js';

export function videoTable(videos: Video[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'LENGTH', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'PICTURE' },
      { title: 'STATE' },
      { title: 'FILE' },
    ],
    rows: videos.map((video) => [
      video.id,
      lengthOf(video),
      formatBytes(video.sizeBytes),
      sizeOf(video),
      stateOf(video),
      video.path,
    ]),
  });
}

export function videoLines(video: VideoDetail): string[] {
  return formatPairs([
    ['Id', video.id],
    ['File', video.path],
    ['Title', video.title],
    ['State', stateOf(video)],
    ['Why invalid', video.invalidReason],
    ['Validated', validationOf(video)],
    ...video.findings.map(({ severity, message, remedy }): [string, string] => [
      `Found (${severity})`,
      remedy === null ? message : `${message}. ${remedy}`,
    ]),
    ['Why browsers cannot play it', video.unplayableReasons.join(', ')],
    ['Length', lengthOf(video)],
    ['Size', formatBytes(video.sizeBytes)],
    [
      'Picture',
      [sizeOf(video), video.videoCodec, rateOf(video), video.dynamicRange].filter(Boolean).join(', '),
    ],
    ['Sound', video.audioCodecs.join(', ')],
    ['Container', video.container],
    ['Encode for browsers', video.reencodeJobId],
    ...versionsOf(video),
    ['First seen', video.firstSeenAt],
    ['Missing since', video.missingSince],
  ]);
}

/** The first that counts: what is gone is not played. */
function stateOf({ missingSince, valid, playable }: Video): string {
  if (missingSince !== null) return 'missing';
  if (valid === null) return 'not looked into';
  if (!valid) return 'invalid';
  return playable === true ? 'plays in browsers' : 'needs an encode';
}

function validationOf({ verdict, validatedAt, validatedLevel }: Video): string {
  switch (verdict) {
    case null:
      return 'never';
    case 'outdated':
      return 'not since it changed';
    case 'valid':
    case 'invalid':
      return `${verdict} (${validatedLevel ?? ''}, ${validatedAt ?? ''})`;
  }
}

/** Nothing where the file stands alone. */
function versionsOf({ versions }: VideoDetail): [string, string][] {
  if (versions.length < 2) return [];
  return versions.map((version) => [`Version (${version.kind})`, sayVersion(version)]);
}

function sayVersion(version: VideoVersion): string {
  const { id, path, sizeBytes, videoCodec, playable, madeBy, madeAt, missingSince } = version;
  return [
    ...[path, id, lengthOf(version), formatBytes(sizeBytes), sizeOf(version), videoCodec],
    ...[playable === true ? 'plays in browsers' : null, missingSince === null ? null : 'missing'],
    madeBy === null ? null : `made by ${madeBy}, ${madeAt ?? ''}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function lengthOf({ durationSeconds }: Pick<Video, 'durationSeconds'>): string {
  return durationSeconds === null ? '' : formatDuration(durationSeconds * 1_000);
}

function sizeOf({ width, height }: Pick<Video, 'width' | 'height'>): string {
  return width === null || height === null ? '' : `${width}×${height}`;
}

function rateOf({ fps }: Video): string {
  return fps === null ? '' : `${Number(fps.toFixed(3))} fps`;
}
