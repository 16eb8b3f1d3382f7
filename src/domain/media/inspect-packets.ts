import { ERROR_CLASSES, type ErrorClass, type ErrorTally } from './error-tally.js';
import { finding, type Evidence, type Finding, type FindingCode } from './findings.js';
import { hasVaryingRate } from './length.js';
import { playedSeconds, type PacketTally, type StreamTally } from './packet-tally.js';
import type { MediaSource } from './source.js';

/** Sound and picture end together within so many seconds (media.md V5). */
const TOGETHER = 0.5;

/** The description, with the ends that were read instead of those that an index told. */
export function measuredSource(source: MediaSource, { streams }: PacketTally): MediaSource {
  const ends = streams.flatMap((stream) => endOf(source, stream) ?? []);
  if (ends.length === 0) return source;
  const picture = streams.find(({ index }) => index === source.video?.index);
  const lastVideoPacket = picture === undefined ? null : (endOf(source, picture) ?? null);
  const duration = { ...source.duration, lastVideoPacket, lastPacket: Math.max(...ends) };
  return { ...source, duration };
}

/** Seconds from the beginning of the file; undefined where no packet tells a time. */
function endOf({ startSeconds }: MediaSource, stream: StreamTally): number | undefined {
  return stream.firstSeconds === null
    ? undefined
    : stream.firstSeconds - startSeconds + playedSeconds(stream);
}

/** What the packets tell (media.md §3.3 "packets"); the length is inspectSource's, of the measured source. */
export function inspectPackets(source: MediaSource, tally: PacketTally): Finding[] {
  return [
    ...inspectEmpty(source, tally),
    ...tally.streams.flatMap((stream) => inspectStream(source, stream)),
    ...inspectEnds(source, tally),
  ];
}

function inspectEmpty({ video, audio }: MediaSource, { streams }: PacketTally): Finding[] {
  const isEmpty = (index: number): boolean => !streams.some((stream) => stream.index === index);
  return [
    ...(video !== null && isEmpty(video.index) ? [finding('picture_without_data')] : []),
    ...audio
      .filter(({ index }) => isEmpty(index))
      .map(({ index, codec }) => finding('stream_without_data', { stream: index, what: codec })),
  ];
}

function inspectStream({ video, audio }: MediaSource, stream: StreamTally): Finding[] {
  const { index, restarts, firstRestartAt, holes, firstHole } = stream;
  const isSteady =
    index === video?.index ? !hasVaryingRate(video) : audio.some((track) => track.index === index);
  return [
    ...(restarts > 0
      ? [finding('times_restart', { stream: index, atSeconds: firstRestartAt ?? 0, count: restarts })]
      : []),
    ...(isSteady && firstHole !== null
      ? [finding('hole', { stream: index, ...withoutUnknown(firstHole), count: holes })]
      : []),
  ];
}

function withoutUnknown({
  offset,
  ...hole
}: {
  atSeconds: number;
  seconds: number;
  offset: number;
}): Evidence {
  return offset < 0 ? hole : { ...hole, offset };
}

function inspectEnds(source: MediaSource, { streams }: PacketTally): Finding[] {
  const picture = streams.find(({ index }) => index === source.video?.index);
  const pictureEnd = picture === undefined ? undefined : endOf(source, picture);
  if (pictureEnd === undefined) return [];
  return source.audio.flatMap(({ index }) => {
    const stream = streams.find((candidate) => candidate.index === index);
    const end = stream === undefined ? undefined : endOf(source, stream);
    if (end === undefined || Math.abs(end - pictureEnd) <= TOGETHER) return [];
    const [code, seconds, expectedSeconds] =
      end < pictureEnd
        ? (['sound_ends_early', end, pictureEnd] as const)
        : (['picture_ends_early', pictureEnd, end] as const);
    return [finding(code, { stream: index, seconds, expectedSeconds })];
  });
}

const CODES = {
  container: 'container_damaged',
  picture: 'picture_damaged',
  sound: 'sound_damaged',
  times: 'times_unordered',
} as const satisfies Record<ErrorClass, FindingCode>;

/**
 * One finding a class of errors. Of a file that was cut short its reader complains once more, which says nothing new.
 * @param lost - pictures that did not come out; undefined where nobody has counted.
 */
export function inspectErrors(
  errors: ErrorTally,
  { isCutShort, lost }: { isCutShort: boolean; lost?: number },
): Finding[] {
  return ERROR_CLASSES.filter((kind) => errors[kind].count > 0 && !(kind === 'container' && isCutShort)).map(
    (kind) =>
      finding(CODES[kind], {
        ...errors[kind],
        ...(kind === 'picture' && lost !== undefined ? { lost } : {}),
      }),
  );
}
