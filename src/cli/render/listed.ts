import { formatBytes, formatDuration } from '../../domain/jobs/amounts.js';
import type { ListedVideo } from '../direct/media/scan-folder.js';

/** Columns of a fixed width: a line is printed before the next file is known. */
const WIDTHS = { length: 10, size: 10, picture: 10, codec: 8, state: 16, reasons: 36 } as const;

export function listedHead(type: 'scan' | 'public_scan'): string {
  return type === 'scan'
    ? listed(['LENGTH', 'SIZE', 'PICTURE', 'CODEC', 'STATE'], 'FILE')
    : reasoned('WHY', 'FILE');
}

export function listedLine(video: ListedVideo): string {
  const { durationSeconds, sizeBytes, width, height, videoCodec, path } = video;
  const length = durationSeconds === null ? '' : formatDuration(durationSeconds * 1_000);
  const picture = width === null || height === null ? '' : `${width}×${height}`;
  return listed([length, formatBytes(sizeBytes), picture, videoCodec ?? '', stateOf(video)], oneLine(path));
}

/** Why browsers cannot play it. */
export function listedReason({ unplayableReasons, path }: ListedVideo): string {
  return reasoned(unplayableReasons.join(', '), oneLine(path));
}

function listed([length, size, picture, codec, state]: string[], path: string): string {
  return [
    ...[(length ?? '').padStart(WIDTHS.length), (size ?? '').padStart(WIDTHS.size)],
    ...[(picture ?? '').padEnd(WIDTHS.picture), (codec ?? '').padEnd(WIDTHS.codec)],
    ...[(state ?? '').padEnd(WIDTHS.state), path],
  ].join('  ');
}

function reasoned(why: string, path: string): string {
  return `${why.padEnd(WIDTHS.reasons)}  ${path}`;
}

function stateOf({ valid, playable }: ListedVideo): string {
  if (valid === null) return 'not looked into';
  if (!valid) return 'no video';
  return playable === true ? 'plays' : 'needs an encode';
}

/** One line a file, whatever its name. */
function oneLine(path: string): string {
  return path.replaceAll(/[\r\n]/g, '?');
}
