import type { Response } from 'express';

import { viewJobs, type JobView } from '../../jobs/view.js';
import { changedSince, hasHeldBack, listJobs, streamPosition, type JobFilter } from '../../store/job-list.js';
import { findJob, type JobRow } from '../../store/jobs.js';
import type { ApiContext } from '../context.js';
import type { FeedChannel } from './change-feed.js';
import { writeEventId, type EventCursor } from './cursor.js';
import { createEventWriter, type EventWriter } from './event-writer.js';
import { ALIVE_MS, createKeepAlive } from './keep-alive.js';
import { createLogTail, type LogTail } from './log-tail.js';
import { createWake, type Wake } from '../../store/wake.js';

export interface StreamWish {
  filter: JobFilter;
  /** Only this job; its stream ends with it. */
  only: string | undefined;
  withLogs: boolean;
  /** Jobs in the snapshot. */
  limit: number;
  resumeAfter: EventCursor | undefined;
  /** Whose stream it is: it ends with the log-in. */
  logIn: { id: string; isLive: () => Promise<boolean> };
}

interface Stream {
  context: ApiContext;
  wish: StreamWish;
  writer: EventWriter;
  tail: LogTail | undefined;
  cursor: EventCursor;
  /** Versions in the snapshot: a change that it shows already is not told again. */
  shown: Map<string, number>;
  /** Queued jobs as last sent: their place and reason change without a change of their row. */
  queued: Map<string, { row: JobRow; sent: string }>;
  refreshedAt: number;
}

/** Polling heals what a lost NOTIFY hid (jobs.md §3). */
const POLL_MS = 5_000;
const PAGE = 200;
/** Passes begin at least this far apart, so that a busy job does not read the database without pause. */
const SPACING_MS = 100;
/** A change is told at its commit, but read only below every older transaction: looked for again soon. */
const AGAIN_MS = 250;

/** @throws what Postgres throws, while nothing has been sent yet. */
export async function streamStates(context: ApiContext, response: Response, wish: StreamWish): Promise<void> {
  const begin = await beginning(context, wish);
  const writer = createEventWriter(response);
  const logId = wish.resumeAfter?.logId ?? 0;
  const tail = wish.withLogs && wish.only !== undefined ? createLogTail(wish.only, logId) : undefined;
  const stream: Stream = {
    ...{ context, wish, writer, tail, cursor: begin.cursor },
    ...{ shown: new Map(), queued: new Map(), refreshedAt: performance.now() },
  };
  const wake = createWake();
  const alive = createKeepAlive(writer, { everyMs: ALIVE_MS, stillAllowed: wish.logIn.isLive });
  const unsubscribe = context.feed.subscribe({
    told: (channel, id) => {
      if (concerns(stream, channel, id)) wake.wake();
      if (channel === 'longplay_tokens' && (id ?? wish.logIn.id) === wish.logIn.id) alive.checkLogIn();
    },
    end: () => {
      writer.end('closed: this process stops; connect again');
      wake.wake();
    },
  });
  response.on('close', wake.wake);
  context.metrics.streamOpened();
  try {
    if (begin.snapshot !== undefined) await sendSnapshot(stream, begin.snapshot);
    await follow(stream, wake);
  } finally {
    alive.stop();
    unsubscribe();
    context.metrics.streamClosed();
  }
}

function concerns({ wish, tail }: Stream, channel: FeedChannel, jobId: string | undefined): boolean {
  switch (channel) {
    case 'longplay_jobs':
      return wish.only === undefined || (jobId ?? wish.only) === wish.only;
    case 'longplay_logs':
      return tail !== undefined && (jobId ?? wish.only) === wish.only;
    case 'longplay_tokens':
      return false;
  }
}

interface Snapshot {
  rows: JobRow[];
  views: JobView[];
}

/** The position is read before the rows, so that nothing falls between the two. */
async function beginning(
  { db }: ApiContext,
  wish: StreamWish,
): Promise<{ cursor: EventCursor; snapshot?: Snapshot }> {
  const position = await streamPosition(db);
  const after = wish.resumeAfter;
  // A cursor ahead of the database comes from before a restore: it would be silent for long.
  if (after !== undefined && BigInt(after.xid) <= BigInt(position.xid)) return { cursor: after };
  const rows = await snapshotRows(db, wish);
  return {
    cursor: { ...position, logId: after?.logId ?? 0 },
    snapshot: { rows, views: await viewJobs(db, rows) },
  };
}

async function snapshotRows(db: ApiContext['db'], wish: StreamWish): Promise<JobRow[]> {
  if (wish.only === undefined) {
    return (await listJobs(db, { filter: wish.filter, limit: wish.limit })).jobs;
  }
  const job = await findJob(db, wish.only);
  return job === undefined ? [] : [job];
}

async function sendSnapshot(stream: Stream, { rows, views }: Snapshot): Promise<void> {
  const [first] = views;
  const data = stream.wish.only === undefined ? { jobs: views } : { job: first };
  for (const { id, version } of rows) stream.shown.set(id, version);
  remember(stream, rows, views);
  await stream.writer.send({ name: 'snapshot', id: idOf(stream), data });
}

async function follow(stream: Stream, wake: Wake): Promise<void> {
  while (stream.writer.open) {
    const begun = performance.now();
    let heldBack = false;
    try {
      await sendLogs(stream);
      await sendChanges(stream);
      if (await endIfOver(stream)) return;
      heldBack = await hasHeldBack(stream.context.db);
      if (begun - stream.refreshedAt >= POLL_MS) await refreshQueued(stream);
    } catch (error) {
      stream.context.log.warn({ err: error }, 'an event stream could not read; it tries again');
      stream.writer.comment('Postgres does not answer; the stream goes on when it is back');
    }
    const woken = isOpen(stream) && (await wake.wait(heldBack ? AGAIN_MS : POLL_MS));
    if (woken) await createWake().wait(SPACING_MS - (performance.now() - begun));
  }
}

/** Asked anew: the reader may have gone meanwhile. */
function isOpen({ writer }: Stream): boolean {
  return writer.open;
}

async function sendLogs(stream: Stream): Promise<void> {
  for await (const line of stream.tail?.next(stream.context.db) ?? []) {
    if (!(await stream.writer.send({ name: 'log', id: idOf(stream), data: line }))) return;
  }
}

/** Sends what has changed since the cursor. */
async function sendChanges(stream: Stream): Promise<void> {
  const { context, wish, writer } = stream;
  for (;;) {
    const changes = await changedSince(context.db, {
      // Without the status: a job that leaves the filter has to be told, or it would stand there for ever.
      filter: { ...wish.filter, statuses: undefined },
      after: stream.cursor,
      limit: PAGE,
    });
    const rows = changes.map(({ job }) => job);
    const views = await viewJobs(context.db, rows);
    remember(stream, rows, views);
    for (const [index, { job, cursor }] of changes.entries()) {
      stream.cursor = { ...cursor, logId: stream.cursor.logId };
      await sendChange(stream, job, views[index]);
      if (!writer.open) return;
    }
    if (changes.length < PAGE) return;
  }
}

async function sendChange(stream: Stream, job: JobRow, view: JobView | undefined): Promise<void> {
  const { id, status, version } = job;
  if (stream.shown.get(id) === version) return;
  const { statuses } = stream.wish.filter;
  if (statuses === undefined || statuses.includes(status)) {
    await stream.writer.send({ name: 'job', id: idOf(stream), data: view });
    return;
  }
  await stream.writer.send({ name: 'left', id: idOf(stream), data: { id, status, version } });
}

function remember({ queued, wish }: Stream, rows: JobRow[], views: JobView[]): void {
  rows.forEach((row, index) => {
    queued.delete(row.id);
    const shown = wish.filter.statuses?.includes(row.status) ?? true;
    if (shown && row.status === 'queued' && queued.size < PAGE) {
      queued.set(row.id, { row, sent: JSON.stringify(views[index]) });
    }
  });
}

async function refreshQueued(stream: Stream): Promise<void> {
  stream.refreshedAt = performance.now();
  const known = [...stream.queued.values()];
  const views = await viewJobs(
    stream.context.db,
    known.map(({ row }) => row),
  );
  for (const [index, old] of known.entries()) {
    const sent = JSON.stringify(views[index]);
    if (sent === old.sent) continue;
    old.sent = sent;
    await stream.writer.send({ name: 'job', id: idOf(stream), data: views[index] });
  }
}

/** A single job's stream ends with its terminal row, after its last log line. */
async function endIfOver(stream: Stream): Promise<boolean> {
  const { context, wish, writer } = stream;
  if (wish.only === undefined) return false;
  const job = await findJob(context.db, wish.only);
  if (job === undefined) {
    writer.end('closed: the job was removed');
    return true;
  }
  if (job.outcomeStatus === null) return false;
  await sendLogs(stream);
  const [view] = await viewJobs(context.db, [job]);
  await writer.send({ name: 'end', id: idOf(stream), data: view });
  writer.end();
  return true;
}

function idOf({ cursor, tail }: Stream): string {
  return writeEventId({ ...cursor, logId: tail?.lastId ?? 0 }, tail !== undefined);
}
