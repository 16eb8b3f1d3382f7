import type { ErrorTally } from './error-tally.js';
import type { Finding } from './findings.js';
import { inspectDecoded, type DecodeTally } from './inspect-decoded.js';
import { inspectErrors, inspectPackets, measuredSource } from './inspect-packets.js';
import { inspectSource } from './inspect-source.js';
import type { PacketTally } from './packet-tally.js';
import type { MediaSource } from './source.js';

/** What was read of a video, by the depth of the look. */
export interface ReadVideo {
  packets: PacketTally;
  decoded: DecodeTally | null;
}

/** All that is found in a video which was read whole. What goes deeper speaks for what has looked less deep. */
export function inspectVideo(described: MediaSource, { packets, decoded }: ReadVideo): Finding[] {
  const source = measuredSource(described, packets);
  const told = inspectSource(source);
  const isCutShort = told.some(({ code }) => code === 'cut_short');
  const lost = decoded === null ? undefined : lostPictures(source, { packets, decoded });
  const errors = decoded === null ? packets.errors : together(packets.errors, decoded.errors);
  const seen = decoded === null ? [] : inspectDecoded(decoded, expectedOf(source, packets));
  return [
    ...told.filter((finding) => !isOutdone(finding, seen, decoded)),
    ...inspectPackets(source, packets),
    ...inspectErrors(errors, { isCutShort, ...(lost === undefined ? {} : { lost }) }),
    ...seen,
  ];
}

/** Both passes hear the container's complaints; damaged pictures and sound are the decoder's affair. */
function together(packets: ErrorTally, decoded: ErrorTally): ErrorTally {
  const isMore = packets.container.count > decoded.container.count;
  return { ...decoded, container: isMore ? packets.container : decoded.container };
}

function packetsOfPicture({ video }: MediaSource, { streams }: PacketTally): number {
  return streams.find(({ index }) => index === video?.index)?.packets ?? 0;
}

function lostPictures(
  source: MediaSource,
  { packets, decoded }: { packets: PacketTally; decoded: DecodeTally },
) {
  const lost = packetsOfPicture(source, packets) - decoded.pictures;
  return decoded.end.kind === 'whole' && lost > 0 ? lost : undefined;
}

function expectedOf(source: MediaSource, packets: PacketTally) {
  return {
    seconds: source.duration.lastVideoPacket,
    packets: packetsOfPicture(source, packets),
    codec: source.video?.codec ?? '',
  };
}

/** A header's word about its pictures, once the pictures themselves were looked at. */
function isOutdone({ code }: Finding, seen: readonly Finding[], decoded: DecodeTally | null): boolean {
  if (code === 'varying_rate') return (decoded?.figures.spacing ?? null) !== null;
  return code === 'interlaced' && seen.some((finding) => finding.code === code);
}
