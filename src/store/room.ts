import { ROOM_REASONS, type LeaseNeeds, type Shortage } from '../domain/jobs/leases.js';
import type { Queryable } from './database.js';
import { requireOurs, type Standing } from './standing.js';
import { keyValues, type StepKey } from './steps.js';

/** When it is a step's turn, by its row. */
export interface Turn {
  priority: number;
  /** ms since 1970. */
  since: number;
  /** How long ago it was first refused since it waits; 0: never. */
  refusedForMs: number;
  /** It is answered from its row, and needs no room. */
  isDone: boolean;
}

const SINCE = `coalesce(extract(epoch from s.waiting_since) * 1000, extract(epoch from now()) * 1000)::float8`;

/** A stale refusal is one of an earlier wait. */
const REFUSED_FOR = `case when s.refused_at >= s.waiting_since
  then extract(epoch from now() - s.refused_at) * 1000 else 0 end::float8`;

/** undefined for a step that has no row yet. */
export async function findTurn(
  db: Queryable,
  { jobId, name, occurrence, inputHash }: StepKey,
): Promise<Turn | undefined> {
  const { rows } = await db.query<Turn>(
    `select j.priority, ${SINCE} as since, ${REFUSED_FOR} as "refusedForMs", s.state = 'done' as "isDone"
     from job_steps s join jobs j on j.id = s.job_id
     where s.job_id = $1 and s.name = $2 and s.occurrence = $3 and s.input_hash = $4`,
    [jobId, name, occurrence, inputHash],
  );
  return rows[0];
}

/** The step waits for room, in its place among those of its queue, until a worker signals it. @throws NotStanding */
export async function recordNoRoom(
  db: Queryable,
  { key, needs, shortage }: { key: StepKey; needs: LeaseNeeds; shortage: Shortage },
): Promise<void> {
  const { rows } = await db.query<{ standing: Standing }>(
    'select record_no_room($1, $2, $3, $4, $5, $6, $7, $8, $9) as standing',
    [...keyValues(key), JSON.stringify(needs), shortage.reason, shortage.detail],
  );
  requireOurs(rows[0]?.standing);
}

export interface RoomWait extends Omit<Turn, 'isDone'> {
  jobId: string;
  step: string;
  occurrence: number;
  inputHash: string;
  queue: string;
  needs: LeaseNeeds;
  /** false: it was told of room, and waits for a slot now. */
  isAsking: boolean;
}

/** More than a host serves in hours; the rest comes when these have gone. */
const LINE = 500;

/**
 * Who of these queues waits for room, or was refused and waits for a slot again, in its order. What is paused, by
 * itself, in Temporal or with its queue, asks for nothing, and nothing is kept for it.
 */
export async function roomWaits(db: Queryable, queues: readonly string[]): Promise<RoomWait[]> {
  const { rows } = await db.query<RoomWait>(
    `select s.job_id as "jobId", s.name as step, s.occurrence, s.input_hash as "inputHash", s.queue, j.priority,
       ${SINCE} as since, ${REFUSED_FOR} as "refusedForMs", s.room as needs, s.waiting_reason is not null as "isAsking"
     from job_steps s join jobs j on j.id = s.job_id left join queues q on q.name = s.queue
     where s.queue = any($1::text[]) and s.state = 'waiting' and s.room is not null
       and s.refused_at >= s.waiting_since and s.waiting_reason is distinct from 'paused_in_temporal'
       and j.paused_at is null and j.outcome_status is null and q.paused_at is null
     order by j.priority, s.waiting_since, s.job_id limit ${LINE}`,
    [queues],
  );
  return rows;
}

/** A step that waits for room, as it is shown. */
export interface RoomLine {
  jobId: string;
  title: string;
  step: string;
  queue: string;
  priority: number;
  needs: LeaseNeeds;
  /** In words, when it was last refused. */
  detail: string | null;
  since: Date;
}

const SHOWN = 200;

/** The first of all that wait for room, in the order in which they get it. */
export async function listRoomLine(db: Queryable): Promise<RoomLine[]> {
  const { rows } = await db.query<RoomLine>(
    `select s.job_id as "jobId", j.title, s.name as step, s.queue, j.priority, s.room as needs,
       s.needs #>> '{}' as detail, s.waiting_since as since
     from job_steps s join jobs j on j.id = s.job_id
     where s.state = 'waiting' and s.room is not null and s.waiting_reason = any($1::text[]) and j.paused_at is null
     order by j.priority, s.waiting_since, s.job_id limit ${SHOWN}`,
    [ROOM_REASONS],
  );
  return rows;
}
