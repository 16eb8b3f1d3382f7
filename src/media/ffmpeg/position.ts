/**
 * The position in the output that a status line of FFmpeg tells, seconds: `frame=… time=00:01:02.50 …`.
 * Undefined for any other line, and for `time=N/A` before the first packet.
 */
export function readPosition(line: string): number | undefined {
  const [, hours, minutes, seconds] = /\btime=(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(line) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
