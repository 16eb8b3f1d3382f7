import { finding, type Finding } from './findings.js';
import { agrees, hasIndex, hasVaryingRate, sourceLength } from './length.js';
import type { MediaSource, VideoStream } from './source.js';

/** Streams that begin so close to each other begin together, seconds (media.md V5). */
const TOGETHER = 0.5;

/** What the header of a file tells, held against where its packets end (media.md §3.3 "quick"). */
export function inspectSource(source: MediaSource): Finding[] {
  const { video } = source;
  if (video === null) return [finding('no_picture')];
  return [
    ...inspectLength(source, video),
    ...inspectColor(video),
    ...inspectStarts(source, video),
    ...(source.audio.length === 0 ? [finding('no_sound')] : []),
    ...(hasVaryingRate(video) ? [finding('varying_rate')] : []),
    ...(video.scan === 'interlaced' ? [finding('interlaced', { what: 'by its header' })] : []),
    ...inspectOthers(source),
  ];
}

/** Container, picture and last packet each tell a length, which need not agree. */
function inspectLength(source: MediaSource, video: VideoStream): Finding[] {
  const { cutShort, seconds } = sourceLength(source);
  if (cutShort !== null)
    return [finding('cut_short', { seconds: cutShort.endsAt, expectedSeconds: cutShort.of })];
  // Pictures that are counted tell no time where their rate varies.
  if (seconds === null || (hasVaryingRate(video) && !hasIndex(source.container))) return [];
  const { container, video: told, lastPacket } = source.duration;
  const wrong = [
    { what: 'header', tells: container, plays: lastPacket ?? seconds },
    { what: 'picture’s header', tells: told, plays: seconds },
  ].find(({ tells, plays }) => tells !== null && !agrees(tells, plays));
  if (wrong === undefined) return [];
  const { what, tells, plays } = wrong;
  return [finding('lengths_differ', { what, seconds: plays, expectedSeconds: tells ?? 0 })];
}

function inspectColor({ color, dynamicRange }: VideoStream): Finding[] {
  const reserved = color.reserved ?? [];
  return [
    ...(reserved.length === 0 ? [] : [finding('reserved_color', { what: reserved.join(', ') })]),
    ...inspectRange(dynamicRange),
  ];
}

function inspectRange(range: VideoStream['dynamicRange']): Finding[] {
  switch (range) {
    case 'sdr':
      return [];
    case 'pq':
      return [finding('high_dynamic_range', { what: 'PQ, as HDR10 has it' })];
    case 'hlg':
      return [finding('high_dynamic_range', { what: 'HLG' })];
    case 'dolby5':
      return [finding('dolby_vision_only')];
  }
}

function inspectStarts({ startSeconds, audio, container }: MediaSource, video: VideoStream): Finding[] {
  const apart = audio.map(({ index, startSeconds: start }) => ({
    stream: index,
    seconds: start - video.startSeconds,
  }));
  // MPEG-TS begins anywhere.
  const isLate = hasIndex(container) && startSeconds > TOGETHER;
  return [
    ...apart
      .filter(({ seconds }) => Math.abs(seconds) > TOGETHER)
      .map((evidence) => finding('starts_apart', evidence)),
    ...(isLate ? [finding('late_start', { seconds: startSeconds })] : []),
  ];
}

function inspectOthers({ others }: MediaSource): Finding[] {
  const kept = others.filter(({ kind }) => kind !== 'cover');
  if (kept.length === 0) return [];
  const what = [...new Set(kept.map(({ kind, codec }) => `${kind} (${codec})`))].join(', ');
  return [finding('other_streams', { count: kept.length, what })];
}
