import { Fault, normalizeError } from '../../domain/faults.js';
import {
  listApplied,
  lockApply,
  recordApplied,
  recordApplyError,
  recordNextTimes,
  type AppliedSchedule,
} from '../../store/applied-schedules.js';
import { forgetOldFirings } from '../../store/schedule-firings.js';
import { findSchedule } from '../../store/schedules.js';
import type { KnownSchedule } from '../../temporal/schedules.js';
import type { JobsDeps } from '../deps.js';

type ApplyDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/** `refused`: Temporal does not take it as it is. `away`: it is applied by a later pass. */
export type Applied = 'applied' | 'refused' | 'away';

/**
 * Makes Temporal equal to the row, or to its absence; what keeps it from that is written on the row and never
 * thrown, since the row is the truth and the sweeper comes again.
 */
export async function applySchedule(deps: ApplyDeps, id: string): Promise<Applied> {
  try {
    await applyInTurn(deps, id);
    return 'applied';
  } catch (error) {
    const { message } = normalizeError(error);
    deps.log.warn({ scheduleId: id, err: error }, 'a schedule was not applied; it is tried again');
    await recordApplyError(deps.db, id, message).catch((failure: unknown) => {
      deps.log.warn({ scheduleId: id, err: failure }, 'why a schedule was not applied could not be written');
    });
    return error instanceof Fault && error.kind === 'bad_input' ? 'refused' : 'away';
  }
}

/** The row is read under the lock, so that whoever comes last writes the newest. */
function applyInTurn({ db, temporal }: ApplyDeps, id: string): Promise<void> {
  return db.transaction(async (tx) => {
    await lockApply(tx, id);
    const row = await findSchedule(tx, id);
    if (row === undefined) return temporal.schedules.remove(id);
    const { print, nextAt } = await temporal.schedules.put({ ...row, paused: !row.enabled });
    await recordApplied(tx, { id, version: row.version, print, nextAt });
  });
}

/** So that the sweeper's other work waits for seconds only, however many schedules there are. */
const MAX_A_PASS = 100;

/**
 * Compares all rows with Temporal's list of our Schedules: what differs is applied, what has no row is removed, and
 * nothing is written where both agree. Never throws for Temporal's sake: the next pass comes in 60 s.
 */
export async function reconcileSchedules(deps: ApplyDeps): Promise<void> {
  await forgetOldFirings(deps.db);
  const known = await listKnown(deps);
  if (known === undefined) return;
  const rows = await listApplied(deps.db);
  const due = rows.filter((row) => !isEqual(row, known.get(row.id))).map(({ id }) => id);
  const ours = new Set(rows.map(({ id }) => id));
  const stray = [...known.keys()].filter((id) => !ours.has(id));
  await recordNextTimes(
    deps.db,
    [...known.values()].filter(({ id }) => ours.has(id) && !due.includes(id)),
  );
  for (const id of [...due, ...stray].slice(0, MAX_A_PASS))
    if ((await applySchedule(deps, id)) === 'away') return;
  if (due.length + stray.length > 0) {
    deps.log.info({ differing: due.length, stray: stray.length }, 'schedules were brought to Temporal');
  }
}

async function listKnown({ temporal, log }: ApplyDeps): Promise<Map<string, KnownSchedule> | undefined> {
  const known = new Map<string, KnownSchedule>();
  try {
    for await (const schedule of temporal.schedules.list()) known.set(schedule.id, schedule);
    return known;
  } catch (error) {
    log.warn({ err: error }, 'Temporal did not list its schedules; they are compared in the next pass');
    return undefined;
  }
}

function isEqual(row: AppliedSchedule, known: KnownSchedule | undefined): boolean {
  return row.appliedVersion === row.version && row.appliedPrint === known?.print;
}
