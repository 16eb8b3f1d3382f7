import type { Response } from 'express';

import { viewJobs, type JobView } from '../../jobs/view.js';
import { changedSince, listJobs, streamPosition, type JobFilter } from '../../store/job-list.js';
import { findJob, type JobRow } from '../../store/jobs.js';
import type { ApiContext } from '../context.js';
import { writeEventId, type EventCursor } from './cursor.js';
import { createEventWriter, type EventWriter } from './event-writer.js';
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
  /** Asked with each sign of life: a log-in that is over ends its streams. */
  stillAllowed: () => Promise<boolean>;
}

interface Stream {
  context: ApiContext;
  wish: StreamWish;
  writer: EventWriter;
  tail: LogTail | undefined;
  cursor: EventCursor;
  /** Queued jobs as last sent: their place and reason change without a change of their row. */
  queued: Map<string, { row: JobRow; sent: string }>;
}

/** Polling heals what a lost NOTIFY hid (jobs.md §3). */
const POLL_MS = 5_000;
const ALIVE_MS = 15_000;
const PAGE = 200;
/** Passes stand at least this far apart, so that a busy job does not read the database without pause. */
const SPACING_MS = 100;
/** A change is told at its commit, but read only below every older transaction: looked for again soon. */
const AGAIN_MS = 250;
const AGAIN_TIMES = 8;

/** @throws what Postgres throws, while nothing has been sent yet. */
export async function streamStates(context: ApiContext, response: Response, wish: StreamWish): Promise<void> {
  const begin = await beginning(context, wish);
  const writer = createEventWriter(response);
  const logId = wish.resumeAfter?.logId ?? 0;
  const tail = wish.withLogs && wish.only !== undefined ? createLogTail(wish.only, logId) : undefined;
  const stream: Stream = { context, wish, writer, tail, cursor: begin.cursor, queued: new Map() };
  const wake = createWake();
  const unsubscribe = context.feed.subscribe({
    wake: (channel, jobId) => {
      const wanted = channel === 'longplay_jobs' || tail !== undefined;
      if (wanted && (wish.only === undefined || wish.only === jobId)) wake.wake();
    },
    end: () => {
      writer.end('closed: this process stops; connect again');
      wake.wake();
    },
  });
  response.on('close', wake.wake);
  const alive = keepAlive(stream);
  context.metrics.streamOpened();
  try {
    if (begin.snapshot !== undefined) sendSnapshot(stream, begin.snapshot);
    await follow(stream, wake);
  } finally {
    clearInterval(alive);
    unsubscribe();
    context.metrics.streamClosed();
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

function sendSnapshot(stream: Stream, { rows, views }: Snapshot): void {
  const [first] = views;
  const data = stream.wish.only === undefined ? { jobs: views } : { job: first };
  stream.writer.send({ name: 'snapshot', id: idOf(stream), data });
  remember(stream, rows, views);
}

async function follow(stream: Stream, wake: Wake): Promise<void> {
  let again = 0;
  while (stream.writer.open) {
    let found = false;
    try {
      found = await pass(stream);
      if (await endIfOver(stream)) return;
    } catch (error) {
      stream.context.log.warn({ err: error }, 'an event stream could not read; it tries again');
      stream.writer.comment('Postgres does not answer; the stream goes on when it is back');
    }
    if (found) again = 0;
    const woken = await wake.wait(again > 0 ? AGAIN_MS : POLL_MS);
    if (woken) {
      again = AGAIN_TIMES;
      await createWake().wait(SPACING_MS);
    } else if (again > 0) again -= 1;
    else if (isOpen(stream)) await refreshQueued(stream);
  }
}

/** Asked anew: the reader may have gone during a wait. */
function isOpen({ writer }: Stream): boolean {
  return writer.open;
}

/** Sends what has changed since the cursor; true when there was something. */
async function pass(stream: Stream): Promise<boolean> {
  const { context, wish, writer } = stream;
  const lines = (await stream.tail?.next(context.db)) ?? [];
  for (const line of lines) writer.send({ name: 'log', id: idOf(stream), data: line });
  let found = lines.length > 0;
  for (;;) {
    const changes = await changedSince(context.db, {
      filter: readable(wish),
      after: stream.cursor,
      limit: PAGE,
    });
    const wanted = changes.filter(({ job }) => wish.only === undefined || job.id === wish.only);
    const rows = wanted.map(({ job }) => job);
    const views = await viewJobs(context.db, rows);
    wanted.forEach(({ job, cursor }, index) => {
      stream.cursor = { ...cursor, logId: stream.cursor.logId };
      sendChange(stream, job, views[index]);
    });
    remember(stream, rows, views);
    found ||= wanted.length > 0;
    const last = changes.at(-1);
    if (last !== undefined) stream.cursor = { ...last.cursor, logId: stream.cursor.logId };
    if (changes.length < PAGE || !writer.open) return found;
  }
}

/** Without the status: a job that leaves the filter has to be told, or it would stand there for ever. */
function readable({ filter, only }: StreamWish): JobFilter {
  return only === undefined ? { ...filter, statuses: undefined } : { search: only };
}

function sendChange(stream: Stream, job: JobRow, view: JobView | undefined): void {
  const { statuses } = stream.wish.filter;
  if (statuses === undefined || statuses.includes(job.status)) {
    stream.writer.send({ name: 'job', id: idOf(stream), data: view });
    return;
  }
  const { id, status, version } = job;
  stream.queued.delete(id);
  stream.writer.send({ name: 'left', id: idOf(stream), data: { id, status, version } });
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
  const known = [...stream.queued.values()];
  try {
    const views = await viewJobs(
      stream.context.db,
      known.map(({ row }) => row),
    );
    known.forEach((old, index) => {
      const sent = JSON.stringify(views[index]);
      if (sent === old.sent) return;
      old.sent = sent;
      stream.writer.send({ name: 'job', id: idOf(stream), data: views[index] });
    });
  } catch (error) {
    stream.context.log.warn({ err: error }, 'waiting jobs of an event stream could not be read');
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
  for (const line of (await stream.tail?.next(context.db)) ?? []) {
    writer.send({ name: 'log', id: idOf(stream), data: line });
  }
  const [view] = await viewJobs(context.db, [job]);
  writer.send({ name: 'end', id: idOf(stream), data: view });
  writer.end();
  return true;
}

function idOf({ cursor, tail }: Stream): string {
  return writeEventId({ ...cursor, logId: tail?.lastId ?? 0 }, tail !== undefined);
}

function keepAlive(stream: Stream): NodeJS.Timeout {
  return setInterval(() => {
    stream.writer.comment('alive');
    stream.wish.stillAllowed().then(
      (allowed) => {
        if (!allowed) stream.writer.end('closed: the log-in is over');
      },
      // While Postgres is away nobody's log-in can end; the next sign of life asks again.
      () => undefined,
    );
  }, ALIVE_MS);
}
