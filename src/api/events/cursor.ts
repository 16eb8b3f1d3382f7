import type { StreamCursor } from '../../store/job-list.js';

/** A place in a stream: the state cursor, and for a job's logs the last line told. */
export interface EventCursor extends StreamCursor {
  logId: number;
}

const FORM = /^(\d{1,20})-([\w-]{0,200})(?:~(\d{1,15}))?$/;

/** `xid-id`, with `~log` where logs were asked for; opaque to clients. */
export function writeEventId({ xid, id, logId }: EventCursor, withLogs: boolean): string {
  const place = `${xid}-${id}`;
  return withLogs ? `${place}~${logId}` : place;
}

/** undefined for anything that is not an id of ours: the stream then begins with a snapshot. */
export function readEventId(text: string | undefined): EventCursor | undefined {
  const match = FORM.exec(text ?? '');
  if (match === null) return undefined;
  const [, xid = '0', id = '', logId = '0'] = match;
  return { xid, id, logId: Number(logId) };
}
